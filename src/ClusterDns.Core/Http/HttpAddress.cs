using System.Buffers;
using System.Globalization;
using System.Net;
using ClusterDns.Core.Records;

namespace ClusterDns.Core.Http;

/// <summary>Where an HTTP server listens.</summary>
/// <param name="Host">An address, a host name in lower case, or empty for all addresses.</param>
/// <param name="Port">The port; 0 for one that the system picks.</param>
public readonly record struct HttpAddress(string Host, int Port)
{
    /// <summary>The name of the loopback interface's addresses.</summary>
    public const string Localhost = "localhost";

    private const int MaxHostName = 253;
    private const int MaxLabel = 63;

    private static readonly SearchValues<char> HostNameCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");

    /// <summary>
    /// Reads <c>:8080</c>, <c>localhost:8080</c>, <c>127.0.0.1:8080</c> or <c>[::1]:8080</c>. Addresses are read as strictly as
    /// <see cref="AddressText"/> reads them: <c>1:8080</c> is neither an address nor a host name. Without digits, the port is 0.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="address">What it says.</param>
    public static bool TryParse(string text, out HttpAddress address)
    {
        address = default;
        int colon = text.LastIndexOf(':');
        int port = 0;
        if (colon < 0 ||
            (colon < text.Length - 1 && !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port)) ||
            port > ushort.MaxValue)
        {
            return false;
        }

        string host = text[..colon];
        if (IsHostName(host))
        {
            host = host.ToLowerInvariant();
        }
        else if (host.Length > 0)
        {
            bool isBracketed = host is ['[', .., ']'];
            if (!AddressText.TryParse(isBracketed ? host[1..^1] : host, out IPAddress? parsed) ||
                isBracketed != (parsed.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6))
            {
                return false;
            }

            host = parsed.ToString();
        }

        address = new HttpAddress(host, port);
        return true;
    }

    /// <summary>Whether a text is a host name. One whose last label is a number would be a malformed address.</summary>
    private static bool IsHostName(string text)
    {
        if (text.Length is 0 or > MaxHostName)
        {
            return false;
        }

        string[] labels = text.Split('.');
        return Array.TrueForAll(labels, static label => label.Length is > 0 and <= MaxLabel && !label.AsSpan().ContainsAnyExcept(HostNameCharacters))
            && !char.IsAsciiDigit(labels[^1][0]);
    }

    /// <inheritdoc/>
    public override string ToString() => Host.Contains(':', StringComparison.Ordinal)
        ? string.Create(CultureInfo.InvariantCulture, $"[{Host}]:{Port}")
        : string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}");
}
