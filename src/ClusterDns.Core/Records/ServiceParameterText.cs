using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ClusterDns.Core.Wire;

namespace ClusterDns.Core.Records;

/// <summary>A service's parameters in text, such as <c>alpn="h2,h3" port=8443 ipv4hint=192.0.2.1</c> (RFC 9460 sections 2.1 and 7).</summary>
internal static class ServiceParameterText
{
    /// <summary>The most octets that parameters have: the rest of rdata after a priority and a name.</summary>
    private const int MaxLength = ushort.MaxValue;

    /// <summary>Writes well-formed parameters.</summary>
    public static void Append(StringBuilder text, ReadOnlySpan<byte> octets)
    {
        int start = text.Length;
        while (ServiceParameters.TryTake(ref octets, out ushort key, out ReadOnlySpan<byte> value))
        {
            text.Append(text.Length > start ? " " : "").Append(ServiceParameters.ToText(key));
            if (!value.IsEmpty)
            {
                text.Append('=');
                AppendValue(text, key, value);
            }
        }
    }

    /// <summary>Reads parameters up to the end, in any order.</summary>
    /// <returns>What is wrong; null when nothing is.</returns>
    public static string? Read(ref RdataTextReader words, ref WireWriter writer)
    {
        SortedDictionary<ushort, ReadOnlyMemory<byte>> parameters = [];
        byte[] octets = ArrayPool<byte>.Shared.Rent(MaxLength);
        string? error = null;
        while (error is null && !words.IsAtEnd)
        {
            error = words.TryReadParameter(out ReadOnlySpan<char> name, out ReadOnlySpan<char> value)
                ? Read(name, value, octets, parameters)
                : RdataTextReader.Unfinished;
        }

        ArrayPool<byte>.Shared.Return(octets);
        return error ?? FindMissing(parameters) ?? Write(parameters, ref writer);
    }

    private static string? Read(
        ReadOnlySpan<char> name, ReadOnlySpan<char> value, Span<byte> octets, SortedDictionary<ushort, ReadOnlyMemory<byte>> parameters)
    {
        if (!ServiceParameters.TryParseKey(name, out ushort key))
        {
            return $"'{name}' is not a parameter of a service such as alpn, port, ipv4hint or key65280";
        }

        ReadOnlySpan<char> rest = value;
        if (!CharacterStringText.TryParse(ref rest, octets, out int length) || !rest.IsEmpty)
        {
            return $"'{value}' is not a value of {name}";
        }

        if (!TryEncode(key, octets[..length], out byte[] encoded) || !ServiceParameters.IsValue(key, encoded))
        {
            return $"'{value}' is not {Describe(key)}";
        }

        return parameters.TryAdd(key, encoded) ? null : $"{name} is given twice";
    }

    /// <summary>Keys that are mandatory are there (RFC 9460 section 8).</summary>
    private static string? FindMissing(SortedDictionary<ushort, ReadOnlyMemory<byte>> parameters)
    {
        if (!parameters.TryGetValue(ServiceParameters.Mandatory, out ReadOnlyMemory<byte> mandatory))
        {
            return null;
        }

        for (ReadOnlySpan<byte> keys = mandatory.Span; !keys.IsEmpty; keys = keys[sizeof(ushort)..])
        {
            ushort key = BinaryPrimitives.ReadUInt16BigEndian(keys);
            if (!parameters.ContainsKey(key))
            {
                return $"{ServiceParameters.ToText(key)} is mandatory and missing";
            }
        }

        return null;
    }

    private static string? Write(SortedDictionary<ushort, ReadOnlyMemory<byte>> parameters, ref WireWriter writer)
    {
        foreach ((ushort key, ReadOnlyMemory<byte> value) in parameters)
        {
            if (value.Length > ushort.MaxValue
                || !(writer.TryWriteUInt16(key) && writer.TryWriteUInt16((ushort)value.Length) && writer.TryWriteBytes(value.Span)))
            {
                return RdataTextReader.TooLong;
            }
        }

        return null;
    }

    private static void AppendValue(StringBuilder text, ushort key, ReadOnlySpan<byte> value)
    {
        switch (key)
        {
            case ServiceParameters.Mandatory:
                AppendNumbers(text, value, ServiceParameters.ToText);
                break;
            case ServiceParameters.Alpn:
                AppendIdentifiers(text, value);
                break;
            case ServiceParameters.Port:
            case ServiceParameters.TlsSupportedGroups:
                AppendNumbers(text, value, static number => number.ToString(CultureInfo.InvariantCulture));
                break;
            case ServiceParameters.IPv4Hint:
                AppendAddresses(text, value, 4);
                break;
            case ServiceParameters.IPv6Hint:
                AppendAddresses(text, value, 16);
                break;
            case ServiceParameters.Ech:
                text.Append(Convert.ToBase64String(value));
                break;
            default:
                CharacterStringText.Append(text, value);
                break;
        }
    }

    private static void AppendNumbers(StringBuilder text, ReadOnlySpan<byte> value, Func<ushort, string> toText)
    {
        for (int i = 0; i < value.Length; i += sizeof(ushort))
        {
            text.Append(i > 0 ? "," : "").Append(toText(BinaryPrimitives.ReadUInt16BigEndian(value[i..])));
        }
    }

    private static void AppendAddresses(StringBuilder text, ReadOnlySpan<byte> value, int length)
    {
        for (int i = 0; i < value.Length; i += length)
        {
            text.Append(i > 0 ? "," : "").Append(new IPAddress(value.Slice(i, length)));
        }
    }

    /// <summary>Commas and backslashes within an identifier are escaped once for the list and once more for the string (appendix A.1).</summary>
    private static void AppendIdentifiers(StringBuilder text, ReadOnlySpan<byte> value)
    {
        List<byte> list = [];
        for (; !value.IsEmpty; value = value[(value[0] + 1)..])
        {
            if (list.Count > 0)
            {
                list.Add((byte)',');
            }

            foreach (byte octet in value.Slice(1, value[0]))
            {
                if (octet is (byte)',' or (byte)'\\')
                {
                    list.Add((byte)'\\');
                }

                list.Add(octet);
            }
        }

        CharacterStringText.Append(text, [.. list]);
    }

    private static bool TryEncode(ushort key, ReadOnlySpan<byte> value, out byte[] encoded)
    {
        List<byte> octets = [];
        bool isEncoded = key switch
        {
            ServiceParameters.Mandatory => TryEncodeKeys(value, octets),
            ServiceParameters.Alpn => TryEncodeIdentifiers(value, octets),
            ServiceParameters.Port or ServiceParameters.TlsSupportedGroups => TryEncodeNumbers(value, octets),
            ServiceParameters.IPv4Hint => TryEncodeAddresses(value, AddressFamily.InterNetwork, octets),
            ServiceParameters.IPv6Hint => TryEncodeAddresses(value, AddressFamily.InterNetworkV6, octets),
            ServiceParameters.Ech => TryEncodeBase64(value, octets),
            _ => TryCopy(value, octets),
        };
        encoded = [.. octets];
        return isEncoded;
    }

    private static bool TryCopy(ReadOnlySpan<byte> value, List<byte> octets)
    {
        octets.AddRange(value);
        return true;
    }

    /// <summary>Keys may be in any order in text, and are in ascending order on the wire.</summary>
    private static bool TryEncodeKeys(ReadOnlySpan<byte> value, List<byte> octets)
    {
        SortedSet<ushort> keys = [];
        foreach (string word in Encoding.Latin1.GetString(value).Split(','))
        {
            if (!ServiceParameters.TryParseKey(word, out ushort key) || !keys.Add(key))
            {
                return false;
            }
        }

        foreach (ushort key in keys)
        {
            octets.AddRange((byte)(key >> 8), (byte)key);
        }

        return true;
    }

    private static bool TryEncodeIdentifiers(ReadOnlySpan<byte> value, List<byte> octets)
    {
        int start = octets.Count;
        octets.Add(0);
        for (int i = 0; i < value.Length; i++)
        {
            byte octet = value[i];
            if (octet == (byte)',')
            {
                start = octets.Count;
                octets.Add(0);
                continue;
            }

            if (octet == (byte)'\\')
            {
                if (++i == value.Length)
                {
                    return false;
                }

                octet = value[i];
            }

            if (octets[start] == byte.MaxValue)
            {
                return false;
            }

            octets[start]++;
            octets.Add(octet);
        }

        return true;
    }

    private static bool TryEncodeNumbers(ReadOnlySpan<byte> value, List<byte> octets)
    {
        foreach (Range range in value.Split((byte)','))
        {
            if (!ushort.TryParse(value[range], NumberStyles.None, CultureInfo.InvariantCulture, out ushort number))
            {
                return false;
            }

            octets.AddRange((byte)(number >> 8), (byte)number);
        }

        return true;
    }

    private static bool TryEncodeAddresses(ReadOnlySpan<byte> value, AddressFamily family, List<byte> octets)
    {
        foreach (string word in Encoding.Latin1.GetString(value).Split(','))
        {
            if (!AddressText.TryParse(word, out IPAddress? address) || address.AddressFamily != family)
            {
                return false;
            }

            octets.AddRange(address.GetAddressBytes());
        }

        return true;
    }

    private static bool TryEncodeBase64(ReadOnlySpan<byte> value, List<byte> octets)
    {
        byte[] decoded = new byte[value.Length];
        bool isDecoded = Convert.TryFromBase64String(Encoding.Latin1.GetString(value), decoded, out int length);
        octets.AddRange(decoded.AsSpan(0, length));
        return isDecoded;
    }

    private static string Describe(ushort key) => key switch
    {
        ServiceParameters.Mandatory => "a list of parameters other than mandatory, each once",
        ServiceParameters.Alpn => "a list of protocols for alpn, such as h2,h3",
        ServiceParameters.NoDefaultAlpn or ServiceParameters.Ohttp => $"a value of {ServiceParameters.ToText(key)}, which has none",
        ServiceParameters.Port => "a port, a number up to 65535",
        ServiceParameters.IPv4Hint => "a list of IPv4 addresses",
        ServiceParameters.IPv6Hint => "a list of IPv6 addresses",
        ServiceParameters.Ech => "base64",
        _ => $"a value of {ServiceParameters.ToText(key)}",
    };
}
