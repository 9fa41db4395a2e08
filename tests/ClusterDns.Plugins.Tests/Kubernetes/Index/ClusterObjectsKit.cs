using System.Net;
using ClusterDns.Plugins.Kubernetes.Index;
using ClusterDns.Plugins.Kubernetes.Objects;

namespace ClusterDns.Plugins.Tests.Kubernetes.Index;

/// <summary>Makes objects from few words.</summary>
internal static class ClusterObjectsKit
{
    public static readonly PortObject Http = new("http", "tcp", 80);

    public static ServiceObject Service(string name, params string[] addresses)
        => new(new ObjectKey("ns", name), ServiceKind.ClusterIP, [.. addresses.Select(IPAddress.Parse)], [Http], "", false);

    public static ServiceObject Headless(string name)
        => new(new ObjectKey("ns", name), ServiceKind.Headless, [], [Http], "", false);

    public static ServiceObject External(string name, string target)
        => new(new ObjectKey("ns", name), ServiceKind.ExternalName, [], [], target, false);

    /// <summary>A slice; endpoints are written <c>ADDRESS</c> or <c>ADDRESS=HOSTNAME</c>, and <c>!</c> before one that is not ready.</summary>
    public static EndpointSliceObject Slice(string name, string service, params string[] endpoints)
        => new(new ObjectKey("ns", name), service, [Http], [.. endpoints.Select(static text =>
        {
            string[] parts = text.TrimStart('!').Split('=');
            return new EndpointObject(IPAddress.Parse(parts[0]), parts.ElementAtOrDefault(1) ?? "", text[0] != '!', "", "");
        })]);

    public static PodObject Pod(string name, string? address = null)
        => new(new ObjectKey("ns", name), address is null ? null : IPAddress.Parse(address));

    /// <summary>All that an address belongs to, as text; empty when it belongs to nothing.</summary>
    public static string Owners(ClusterIndex index, string address) => Describe(index.FindAddress(ToKey(address)));

    /// <summary>All that an address belongs to among imports.</summary>
    public static string ImportOwners(ClusterIndex index, string address) => Describe(index.FindImportAddress(ToKey(address)));

    /// <summary>A Service's own addresses and its endpoints' names, as text; empty when there is neither Service nor slice.</summary>
    public static string Entry(ClusterIndex index, string name) => Describe(index.FindService(EntryBuilder.CreateServiceKey("ns", name)));

    /// <summary>The same of an import.</summary>
    public static string Import(ClusterIndex index, string name) => Describe(index.FindImport(EntryBuilder.CreateServiceKey("ns", name)));

    private static byte[] ToKey(string address)
    {
        byte[] key = new byte[16];
        EntryBuilder.WriteAddressKey(IPAddress.Parse(address).GetAddressBytes(), key);
        return key;
    }

    private static string Describe(AddressOwners? owners)
        => owners is null
            ? ""
            : string.Join(' ', owners.Services.Select(ToText)
                .Concat(owners.Endpoints.Select(static endpoint =>
                    ToText([.. endpoint.Slice.GetName(in endpoint.Slice.Endpoints[endpoint.Index]), .. endpoint.Slice.ServiceKey])))
                .Order(StringComparer.Ordinal));

    private static string Describe(ServiceEntry? entry)
        => entry is null
            ? ""
            : $"{(entry.Service is { } service ? $"{service.Kind} {string.Join(' ', service.Addresses.Select(address => new IPAddress(service.Data.AsSpan(address.Offset, address.Length))))}" : "none")}: "
                + string.Join(' ', entry.Slices
                    .SelectMany(static slice => slice.Endpoints.Select(endpoint => ToText(slice.GetName(in endpoint).ToArray())))
                    .Order(StringComparer.Ordinal));

    private static string ToText(byte[] labels) => Core.Wire.DomainName.ToText([.. labels, 0]);
}
