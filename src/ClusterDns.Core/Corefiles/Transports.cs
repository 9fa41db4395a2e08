namespace ClusterDns.Core.Corefiles;

/// <summary>The schemes and default ports of the transports.</summary>
public static class Transports
{
    /// <summary>The scheme without <c>://</c>, in lower case.</summary>
    public static string Scheme(this Transport transport) => transport switch
    {
        Transport.Dns => "dns",
        Transport.Tls => "tls",
        Transport.Https => "https",
        Transport.Https3 => "https3",
        Transport.Grpc => "grpc",
        Transport.Quic => "quic",
        _ => throw new ArgumentOutOfRangeException(nameof(transport), transport, message: null),
    };

    /// <summary>The port of a key that names none.</summary>
    /// <param name="transport">The transport.</param>
    /// <param name="dnsPort">The port of plain DNS, which the command line can set.</param>
    public static int DefaultPort(this Transport transport, int dnsPort) => transport switch
    {
        Transport.Dns => dnsPort,
        Transport.Tls or Transport.Quic => 853,
        Transport.Https or Transport.Https3 or Transport.Grpc => 443,
        _ => throw new ArgumentOutOfRangeException(nameof(transport), transport, message: null),
    };

    /// <summary>Finds the transport of a scheme, in any case.</summary>
    public static bool TryParse(ReadOnlySpan<char> scheme, out Transport transport)
    {
        for (transport = Transport.Dns; transport <= Transport.Quic; transport++)
        {
            if (scheme.Equals(transport.Scheme(), StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        transport = Transport.Dns;
        return false;
    }
}
