using System.Globalization;
using System.Net;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Records;

namespace ClusterDns.Plugins.Common;

/// <summary>Addresses of DNS servers in text, with a port or without.</summary>
internal static class EndpointText
{
    private const int DefaultPort = 53;

    /// <summary>Reads <c>1.2.3.4</c>, <c>1.2.3.4:53</c>, <c>::1</c> or <c>[::1]:53</c>, with a scope for IPv6.</summary>
    /// <param name="text">The text.</param>
    /// <param name="endpoint">What it says.</param>
    public static bool TryParse(string text, out NetworkEndpoint endpoint)
    {
        endpoint = default;
        string host = text;
        int port = DefaultPort;
        int colon = text.LastIndexOf(':');
        bool isBracketed = text.StartsWith('[');
        if (isBracketed ? text.IndexOf("]:", StringComparison.Ordinal) == colon - 1 : colon > 0 && text.IndexOf(':', StringComparison.Ordinal) == colon)
        {
            host = text[..colon];
            if (!int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port) || port is 0 or > ushort.MaxValue)
            {
                return false;
            }
        }

        if (isBracketed)
        {
            if (!host.EndsWith(']'))
            {
                return false;
            }

            host = host[1..^1];
        }

        string scope = "";
        int percent = host.IndexOf('%', StringComparison.Ordinal);
        if (percent >= 0)
        {
            scope = host[percent..];
            host = host[..percent];
        }

        if (!AddressText.TryParseUnmapped(host, out IPAddress? address) || (scope.Length > 0 && !IPAddress.TryParse(host + scope, out address)))
        {
            return false;
        }

        endpoint = NetworkEndpoint.From(new IPEndPoint(address, port));
        return true;
    }
}
