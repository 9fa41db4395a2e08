namespace ClusterDns.Core.Pipeline;

/// <summary>What a query may know of the server block that answers it: the values of its metric labels, and its zone.</summary>
/// <param name="Server">The listener's name as CoreDNS writes it in labels, like <c>dns://:53</c>.</param>
/// <param name="Zone">The block's zone as text, lower-case, with its last dot.</param>
/// <param name="ZoneWire">The same zone in wire form, lower-case.</param>
/// <param name="View">The view's name, or an empty string.</param>
public sealed record RouteInfo(string Server, string Zone, ReadOnlyMemory<byte> ZoneWire, string View)
{
    /// <summary>What a query shows that no server block takes.</summary>
    public static RouteInfo Dropped { get; } = new("", "dropped", new byte[] { 0 }, "");
}
