using ClusterDns.Core.Corefiles;

namespace ClusterDns.Plugins.Geoip;

/// <summary>The options of the geoip plugin.</summary>
/// <param name="File">The database.</param>
/// <param name="UsesSubnet">Whether the address of the EDNS option Client Subnet (RFC 7871) counts in place of the client's.</param>
public sealed record GeoipOptions(Token File, bool UsesSubnet);
