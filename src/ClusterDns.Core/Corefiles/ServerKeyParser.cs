using System.Globalization;

namespace ClusterDns.Core.Corefiles;

/// <summary>Reads the keys of server blocks: <c>[SCHEME://]ZONE[:PORT]</c>, where the zone may be a network in CIDR form.</summary>
public static class ServerKeyParser
{
    private const string SchemeEnd = "://";

    /// <summary>Reads a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="dnsPort">The port of <c>dns://</c> keys without a port.</param>
    /// <param name="diagnostics">Where it is said what is wrong.</param>
    /// <param name="addresses">What the key says: one address, or one for each reverse zone of a network.</param>
    /// <returns>Whether it can be read.</returns>
    public static bool TryParse(Token key, int dnsPort, DiagnosticBag diagnostics, out IReadOnlyList<ServerKey> addresses)
    {
        addresses = [];
        string rest = key.Text;
        Transport transport = Transport.Dns;
        int scheme = rest.IndexOf(SchemeEnd, StringComparison.Ordinal);
        if (scheme >= 0)
        {
            if (!Transports.TryParse(rest.AsSpan(0, scheme), out transport))
            {
                diagnostics.Error(
                    key.Place,
                    $"unknown scheme '{rest[..scheme]}': expected dns, tls, https, https3, grpc or quic",
                    NearMiss.Find(rest[..scheme], ["dns", "tls", "https", "https3", "grpc", "quic"]));
                return false;
            }

            rest = rest[(scheme + SchemeEnd.Length)..];
        }

        int port = transport.DefaultPort(dnsPort);
        int colon = FindPortColon(rest);
        if (colon >= 0)
        {
            if (!int.TryParse(rest.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port) || port > ushort.MaxValue)
            {
                diagnostics.Error(key.Place, $"invalid port '{rest[(colon + 1)..]}': expected a number from 0 to 65535");
                return false;
            }

            rest = rest[..colon];
        }

        if (!ZoneParser.TryParse(rest, out IReadOnlyList<Zone> zones, out string problem))
        {
            diagnostics.Error(key.Place, problem);
            return false;
        }

        if (problem.Length > 0)
        {
            diagnostics.Warning(key.Place, problem);
        }

        addresses = [.. zones.Select(zone => new ServerKey(transport, zone, port))];
        return true;
    }

    /// <summary>
    /// What a plugin's argument names: the zone alone, since its scheme and port have no effect there. A port that is not a number belongs
    /// to the name.
    /// </summary>
    /// <param name="text">The argument.</param>
    public static string StripSchemeAndPort(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int scheme = text.IndexOf(SchemeEnd, StringComparison.Ordinal);
        string rest = scheme >= 0 && Transports.TryParse(text.AsSpan(0, scheme), out _) ? text[(scheme + SchemeEnd.Length)..] : text;
        int colon = FindPortColon(rest);
        return colon >= 0 && int.TryParse(rest.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out _) && !IsAddress(rest)
            ? rest[..colon]
            : rest;
    }

    private static bool IsAddress(string text) => text.IndexOf(':', StringComparison.Ordinal) != text.LastIndexOf(':') && !text.Contains('/', StringComparison.Ordinal);

    /// <summary>The colons of a network are before its slash, the colon of its port is after it.</summary>
    private static int FindPortColon(string text)
    {
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        return slash >= 0 ? text.IndexOf(':', slash) : text.LastIndexOf(':');
    }
}
