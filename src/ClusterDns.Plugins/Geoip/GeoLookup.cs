using System.Buffers.Binary;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Geoip.Mmdb;

namespace ClusterDns.Plugins.Geoip;

/// <summary>Finds what the database has of a query's client.</summary>
/// <param name="database">The database.</param>
/// <param name="usesSubnet">Whether the address of the option Client Subnet counts in place of the client's.</param>
internal sealed class GeoLookup(MmdbReader database, bool usesSubnet)
{
    private const int SubnetPrefix = 4;
    private const ushort FamilyIPv4 = 1;
    private const ushort FamilyIPv6 = 2;

    /// <summary>The offset of what the database has; -1 for nothing.</summary>
    /// <param name="query">The query.</param>
    public int Find(Query query)
    {
        NetworkEndpoint client = usesSubnet && TryReadSubnet(query, out NetworkEndpoint subnet) ? subnet : query.Remote;
        return database.Find(client.AddressBits, client.IsIPv4);
    }

    /// <summary>Family, two prefix lengths, and as many octets of the address as the first prefix has (RFC 7871 section 6).</summary>
    private static bool TryReadSubnet(Query query, out NetworkEndpoint subnet)
    {
        subnet = default;
        if (!EdnsOptionReader.TryFind(query.Edns.Options(query.Request), EdnsOptionCode.ClientSubnet, out ReadOnlySpan<byte> data) || data.Length < SubnetPrefix)
        {
            return false;
        }

        Span<byte> address = stackalloc byte[16];
        address.Clear();
        ReadOnlySpan<byte> octets = data[SubnetPrefix..];
        switch (BinaryPrimitives.ReadUInt16BigEndian(data))
        {
            case FamilyIPv4 when octets.Length <= 4:
                octets.CopyTo(address);
                subnet = NetworkEndpoint.FromIPv4(address[..4], 0);
                return true;
            case FamilyIPv6 when octets.Length <= 16:
                octets.CopyTo(address);
                subnet = NetworkEndpoint.FromIPv6(address, 0);
                return true;
            default:
                return false;
        }
    }
}
