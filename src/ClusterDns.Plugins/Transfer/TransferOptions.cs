using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Pipeline;
using ClusterDns.Plugins.Common;

namespace ClusterDns.Plugins.Transfer;

/// <summary>The options of the transfer plugin.</summary>
/// <param name="Rules">Every <c>transfer</c> of the server block.</param>
public sealed record TransferOptions(IReadOnlyList<TransferRule> Rules);

/// <summary>Who gets some zones.</summary>
/// <param name="Zones">The zones.</param>
/// <param name="AllowsAll">Whether everybody gets them.</param>
/// <param name="Clients">Who else does.</param>
/// <param name="Secondaries">The servers that are notified when a zone has changed (RFC 1996).</param>
public sealed record TransferRule(
    IReadOnlyList<Zone> Zones, bool AllowsAll, IReadOnlyList<Subnet> Clients, IReadOnlyList<NetworkEndpoint> Secondaries)
{
    /// <summary>Whether a client gets the zones.</summary>
    /// <param name="client">The client.</param>
    public bool Allows(in NetworkEndpoint client)
    {
        UInt128 address = client.AddressBits;
        return AllowsAll || Clients.Any(subnet => subnet.Contains(address));
    }
}
