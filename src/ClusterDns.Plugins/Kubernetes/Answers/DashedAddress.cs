using System.Buffers.Binary;

namespace ClusterDns.Plugins.Kubernetes.Answers;

/// <summary>Reads the address in a Pod's name: <c>10-244-1-7</c>, or IPv6 with a dash for each colon, <c>fd00--1</c>.</summary>
internal static class DashedAddress
{
    private const int IPv4Length = 4;
    private const int IPv6Length = 16;

    /// <summary>Reads an address.</summary>
    /// <param name="text">The label's text, in lower case.</param>
    /// <param name="address">At least 16 bytes.</param>
    /// <returns>4 or 16, the bytes written; 0 when it is not an address.</returns>
    public static int Parse(ReadOnlySpan<byte> text, Span<byte> address)
    {
        // Three dashes, no two side by side, make IPv4: IPv6 with so few groups needs a gap.
        if (text.Count((byte)'-') == 3 && text.IndexOf("--"u8) < 0)
        {
            return TryParseIPv4(text, address) ? IPv4Length : 0;
        }

        if (!TryParseIPv6(text, address))
        {
            return 0;
        }

        // An IPv4-mapped address is an IPv4 address, in whatever form it is written.
        if (address[..10].ContainsAnyExcept((byte)0) || address[10] != 0xFF || address[11] != 0xFF)
        {
            return IPv6Length;
        }

        address[12..IPv6Length].CopyTo(address);
        return IPv4Length;
    }

    private static bool TryParseIPv4(ReadOnlySpan<byte> text, Span<byte> address)
    {
        int count = 0;
        foreach (Range part in text.Split((byte)'-'))
        {
            ReadOnlySpan<byte> digits = text[part];
            int value = 0;
            if (digits.Length is 0 or > 3 || digits is [(byte)'0', _, ..])
            {
                return false;
            }

            foreach (byte digit in digits)
            {
                if (digit is < (byte)'0' or > (byte)'9')
                {
                    return false;
                }

                value = (value * 10) + (digit - '0');
            }

            if (value > byte.MaxValue)
            {
                return false;
            }

            address[count++] = (byte)value;
        }

        return true;
    }

    private static bool TryParseIPv6(ReadOnlySpan<byte> text, Span<byte> address)
    {
        address[..IPv6Length].Clear();
        int gap = text.IndexOf("--"u8);
        if (gap < 0)
        {
            return TryParseGroups(text, address, out int all) && all == IPv6Length;
        }

        Span<byte> after = stackalloc byte[IPv6Length];
        if (!TryParseGroups(text[..gap], address, out int before) ||
            !TryParseGroups(text[(gap + 2)..], after, out int behind) ||
            before + behind > IPv6Length - sizeof(ushort))
        {
            return false;
        }

        after[..behind].CopyTo(address[(IPv6Length - behind)..]);
        return true;
    }

    private static bool TryParseGroups(ReadOnlySpan<byte> text, Span<byte> address, out int length)
    {
        length = 0;
        if (text.IsEmpty)
        {
            return true;
        }

        foreach (Range part in text.Split((byte)'-'))
        {
            ReadOnlySpan<byte> digits = text[part];
            if (digits.Length is 0 or > 4 || length == IPv6Length)
            {
                return false;
            }

            int value = 0;
            foreach (byte digit in digits)
            {
                int number = digit switch
                {
                    >= (byte)'0' and <= (byte)'9' => digit - '0',
                    >= (byte)'a' and <= (byte)'f' => digit - 'a' + 10,
                    _ => -1,
                };
                if (number < 0)
                {
                    return false;
                }

                value = (value << 4) | number;
            }

            BinaryPrimitives.WriteUInt16BigEndian(address[length..], (ushort)value);
            length += sizeof(ushort);
        }

        return true;
    }
}
