using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ClusterDns.Core.Records;
using ClusterDns.Core.Wire;

namespace ClusterDns.Core.Corefiles;

/// <summary>
/// Reads zones: domain names, and networks in CIDR form, which stand for the reverse zones below <c>in-addr.arpa</c>
/// (RFC 1035 section 3.5) or <c>ip6.arpa</c> (RFC 3596 section 2.5) that cover them.
/// </summary>
public static class ZoneParser
{
    private static readonly SearchValues<char> NetworkCharacters = SearchValues.Create("0123456789./");

    /// <summary>Reads a zone.</summary>
    /// <param name="text">A name, with or without its last dot, or a network; empty for the root.</param>
    /// <param name="zones">The zone; for a network whose length falls within an octet (IPv4) or a hexadecimal digit (IPv6), several.</param>
    /// <param name="problem">What is wrong, or most likely not meant; empty when nothing is.</param>
    /// <returns>Whether it can be read. An invalid network is read as a name, with a problem.</returns>
    public static bool TryParse(string text, out IReadOnlyList<Zone> zones, out string problem)
    {
        problem = "";
        if (TryParseNetwork(text, out zones))
        {
            return true;
        }

        Span<byte> wire = stackalloc byte[DomainName.MaxWireLength];
        if (!DomainName.TryParse(text.Length == 0 ? "." : text, wire, out int length))
        {
            problem = InternationalName.IsOne(text)
                ? $"'{text}' has letters outside ASCII: write the zone as it appears in queries: {InternationalName.Suggest(text)}"
                : $"'{text}' is not a zone: expected a domain name with labels of at most 63 bytes, 255 bytes in all";
            zones = [];
            return false;
        }

        DomainName.ToLowerInvariant(wire[..length], wire);
        byte[] name = wire[..length].ToArray();
        zones = [new Zone(DomainName.ToText(name), name)];
        if (LooksLikeNetwork(text))
        {
            problem = $"'{text}' is not a network and is read as a name: a network is an address and a length such as 10.0.0.0/24";
        }

        return true;
    }

    /// <summary>Digits and dots before the slash, or colons: a name of classless delegation (RFC 2317) has letters as well.</summary>
    private static bool LooksLikeNetwork(string text)
        => text.Contains('/', StringComparison.Ordinal) &&
            (!text.AsSpan().ContainsAnyExcept(NetworkCharacters) || text.AsSpan().Contains(':'));

    private static bool TryParseNetwork(string text, out IReadOnlyList<Zone> zones)
    {
        zones = [];
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0 ||
            !AddressText.TryParse(text.AsSpan(0, slash), out IPAddress? address) ||
            !int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int length))
        {
            return false;
        }

        bool isIPv4 = address.AddressFamily == AddressFamily.InterNetwork;
        byte[] bytes = address.GetAddressBytes();
        if (length < 0 || length > bytes.Length * 8)
        {
            return false;
        }

        int bitsALabel = isIPv4 ? 8 : 4;
        if (length == 0)
        {
            zones = [CreateZone([], isIPv4)];
            return true;
        }

        int labels = (length + bitsALabel - 1) / bitsALabel;
        int openBits = (labels * bitsALabel) - length;
        int[] values = [.. Enumerable.Range(0, labels).Select(label => isIPv4 ? bytes[label] : GetDigit(bytes, label))];
        int first = values[^1] >> openBits << openBits;
        zones = [.. Enumerable.Range(first, 1 << openBits).Select(last => CreateZone(values[..^1].Append(last), isIPv4))];
        return true;
    }

    private static int GetDigit(byte[] bytes, int digit) => (digit & 1) == 0 ? bytes[digit / 2] >> 4 : bytes[digit / 2] & 15;

    private static Zone CreateZone(IEnumerable<int> labels, bool isIPv4)
    {
        string format = isIPv4 ? "d" : "x";
        string text = string.Concat(labels.Reverse().Select(label => label.ToString(format, CultureInfo.InvariantCulture) + "."))
            + (isIPv4 ? "in-addr.arpa." : "ip6.arpa.");
        return new Zone(text, DomainName.Parse(text));
    }
}
