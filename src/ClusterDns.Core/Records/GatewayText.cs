using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ClusterDns.Core.Wire;

namespace ClusterDns.Core.Records;

/// <summary>Gateways of IPSECKEY (RFC 4025 section 2) and relays of AMTRELAY (RFC 8777 section 4): none, an address or a name.</summary>
internal static class GatewayText
{
    private const byte DiscoveryBit = 0x80;
    private const string Expected = "a gateway of the type before it: '.', an IPv4 address, an IPv6 address or a domain name";

    private enum Kind : byte
    {
        None,
        IPv4,
        IPv6,
        Name,
    }

    /// <summary>The length of gateway type, algorithm and gateway.</summary>
    public static int Measure(ReadOnlySpan<byte> rest)
        => rest.Length < 2 ? RdataForm.Malformed : Add(2, MeasureTarget((Kind)rest[0], rest[2..]));

    /// <summary>The length of relay type and relay.</summary>
    public static int MeasureRelay(ReadOnlySpan<byte> rest)
        => rest.IsEmpty ? RdataForm.Malformed : Add(1, MeasureTarget(KindOfRelay(rest[0]), rest[1..]));

    public static void Append(StringBuilder text, ReadOnlySpan<byte> octets)
    {
        text.Append(CultureInfo.InvariantCulture, $"{octets[0]} {octets[1]} ");
        AppendTarget(text, (Kind)octets[0], octets[2..]);
    }

    public static void AppendRelay(StringBuilder text, ReadOnlySpan<byte> octets)
    {
        Kind kind = KindOfRelay(octets[0]);
        text.Append(CultureInfo.InvariantCulture, $"{octets[0] >> 7} {(byte)kind} ");
        AppendTarget(text, kind, octets[1..]);
    }

    /// <summary>Reads gateway type, algorithm and gateway.</summary>
    /// <returns>What is wrong; null when nothing is.</returns>
    public static string? Read(ref RdataTextReader words, ReadOnlySpan<byte> origin, ref WireWriter writer)
    {
        if (!TryReadByte(ref words, out byte kind) || kind > (byte)Kind.Name)
        {
            return "a gateway type, a number up to 3, is missing";
        }

        if (!TryReadByte(ref words, out byte algorithm))
        {
            return "an algorithm, a number up to 255, is missing";
        }

        return writer.TryWriteByte(kind) && writer.TryWriteByte(algorithm)
            ? ReadTarget(ref words, (Kind)kind, origin, ref writer)
            : RdataTextReader.TooLong;
    }

    /// <summary>Reads discovery bit, relay type and relay.</summary>
    /// <returns>What is wrong; null when nothing is.</returns>
    public static string? ReadRelay(ref RdataTextReader words, ReadOnlySpan<byte> origin, ref WireWriter writer)
    {
        if (!TryReadByte(ref words, out byte discovery) || discovery > 1)
        {
            return "a discovery bit, 0 or 1, is missing";
        }

        if (!TryReadByte(ref words, out byte kind) || kind > (byte)Kind.Name)
        {
            return "a relay type, a number up to 3, is missing";
        }

        return writer.TryWriteByte((byte)((discovery << 7) | kind))
            ? ReadTarget(ref words, (Kind)kind, origin, ref writer)
            : RdataTextReader.TooLong;
    }

    private static Kind KindOfRelay(byte octet) => (Kind)(octet & ~DiscoveryBit);

    private static int Add(int header, int target) => target == RdataForm.Malformed ? target : header + target;

    private static int MeasureTarget(Kind kind, ReadOnlySpan<byte> rest) => kind switch
    {
        Kind.None => 0,
        Kind.IPv4 => 4,
        Kind.IPv6 => 16,
        Kind.Name when DomainName.TryGetLength(rest, out int length) => length,
        _ => RdataForm.Malformed,
    };

    private static void AppendTarget(StringBuilder text, Kind kind, ReadOnlySpan<byte> octets) => text.Append(kind switch
    {
        Kind.None => ".",
        Kind.Name => DomainName.ToText(octets),
        _ => new IPAddress(octets).ToString(),
    });

    private static string? ReadTarget(ref RdataTextReader words, Kind kind, ReadOnlySpan<byte> origin, ref WireWriter writer)
    {
        if (!words.TryRead(out ReadOnlySpan<char> word, out _))
        {
            return $"{Expected}, is missing";
        }

        if (kind == Kind.None)
        {
            return word is "." ? null : $"'{word}' is not {Expected}";
        }

        Span<byte> octets = stackalloc byte[DomainName.MaxWireLength];
        int length;
        bool isRead = kind == Kind.Name
            ? DomainName.TryParse(word, origin, octets, out length)
            : TryParseAddress(word, kind, octets, out length);
        if (!isRead)
        {
            return $"'{word}' is not {Expected}";
        }

        return writer.TryWriteBytes(octets[..length]) ? null : RdataTextReader.TooLong;
    }

    private static bool TryParseAddress(ReadOnlySpan<char> word, Kind kind, Span<byte> octets, out int length)
    {
        length = 0;
        return AddressText.TryParse(word, out IPAddress? address)
            && address.AddressFamily == (kind == Kind.IPv4 ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6)
            && address.TryWriteBytes(octets, out length);
    }

    private static bool TryReadByte(ref RdataTextReader words, out byte value)
    {
        value = 0;
        return words.TryRead(out ReadOnlySpan<char> word, out _)
            && byte.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }
}
