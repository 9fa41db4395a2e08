using System.Buffers.Binary;
using System.Globalization;

namespace ClusterDns.Core.Records;

/// <summary>The wire form of a service's parameters, and the names of their keys (RFC 9460 sections 2.2, 7 and 14.3).</summary>
internal static class ServiceParameters
{
    public const ushort Mandatory = 0;
    public const ushort Alpn = 1;
    public const ushort NoDefaultAlpn = 2;
    public const ushort Port = 3;
    public const ushort IPv4Hint = 4;
    public const ushort Ech = 5;
    public const ushort IPv6Hint = 6;
    public const ushort DohPath = 7;
    public const ushort Ohttp = 8;
    public const ushort TlsSupportedGroups = 9;

    private const string NumberPrefix = "key";
    private const int HeaderLength = 4;

    private static readonly string[] Names =
    [
        "mandatory",
        "alpn",
        "no-default-alpn",
        "port",
        "ipv4hint",
        "ech",
        "ipv6hint",
        "dohpath",
        "ohttp",
        "tls-supported-groups",
    ];

    /// <summary>
    /// Whether octets are parameters in ascending order of their keys, each with a value of its key's form, and the mandatory ones are
    /// among them (RFC 9460 section 8).
    /// </summary>
    public static bool IsWellFormed(ReadOnlySpan<byte> octets)
    {
        int last = -1;
        ReadOnlySpan<byte> missing = octets[..0];
        while (TryTake(ref octets, out ushort key, out ReadOnlySpan<byte> value))
        {
            // The last key number is reserved as invalid.
            if (key <= last || key == ushort.MaxValue || !IsValue(key, value))
            {
                return false;
            }

            last = key;
            if (key == Mandatory)
            {
                missing = value;
            }
            else if (!missing.IsEmpty && key == BinaryPrimitives.ReadUInt16BigEndian(missing))
            {
                missing = missing[sizeof(ushort)..];
            }
        }

        return octets.IsEmpty && missing.IsEmpty;
    }

    /// <summary>Takes a parameter off the octets; false at the end, and where there is no whole one.</summary>
    public static bool TryTake(scoped ref ReadOnlySpan<byte> octets, out ushort key, out ReadOnlySpan<byte> value)
    {
        key = 0;
        value = default;
        if (octets.Length < HeaderLength)
        {
            return false;
        }

        int end = HeaderLength + BinaryPrimitives.ReadUInt16BigEndian(octets[2..]);
        if (end > octets.Length)
        {
            return false;
        }

        key = BinaryPrimitives.ReadUInt16BigEndian(octets);
        value = octets[HeaderLength..end];
        octets = octets[end..];
        return true;
    }

    /// <summary>Whether a value has its key's form; that of a key unknown here always has.</summary>
    public static bool IsValue(ushort key, ReadOnlySpan<byte> value) => key switch
    {
        Mandatory => AreMandatoryKeys(value),
        Alpn => AreIdentifiers(value),
        NoDefaultAlpn or Ohttp => value.IsEmpty,
        Port => value.Length == sizeof(ushort),
        IPv4Hint => !value.IsEmpty && value.Length % 4 == 0,
        IPv6Hint => !value.IsEmpty && value.Length % 16 == 0,
        TlsSupportedGroups => !value.IsEmpty && value.Length % sizeof(ushort) == 0,
        _ => true,
    };

    /// <summary>A key's name, such as <c>alpn</c> or <c>key667</c>.</summary>
    public static string ToText(ushort key)
        => key < Names.Length ? Names[key] : string.Create(CultureInfo.InvariantCulture, $"{NumberPrefix}{key}");

    /// <summary>Reads a key's name; names are in lower case.</summary>
    public static bool TryParseKey(ReadOnlySpan<char> text, out ushort key)
    {
        for (int i = 0; i < Names.Length; i++)
        {
            if (text.SequenceEqual(Names[i]))
            {
                key = (ushort)i;
                return true;
            }
        }

        key = 0;
        return text.StartsWith(NumberPrefix, StringComparison.Ordinal)
            && text is not [_, _, _, '0', _, ..]
            && ushort.TryParse(text[NumberPrefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out key)
            && key != ushort.MaxValue;
    }

    private static bool AreMandatoryKeys(ReadOnlySpan<byte> value)
    {
        int last = Mandatory;
        for (; value.Length >= sizeof(ushort); value = value[sizeof(ushort)..])
        {
            ushort key = BinaryPrimitives.ReadUInt16BigEndian(value);
            if (key <= last)
            {
                return false;
            }

            last = key;
        }

        return value.IsEmpty && last != Mandatory;
    }

    private static bool AreIdentifiers(ReadOnlySpan<byte> value)
    {
        int length = 0;
        while (length < value.Length && value[length] > 0)
        {
            length += value[length] + 1;
        }

        return length == value.Length && length > 0;
    }
}
