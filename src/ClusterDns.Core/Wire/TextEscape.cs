namespace ClusterDns.Core.Wire;

/// <summary>Escapes of the presentation form: a backslash before a character, or before three decimal digits that name
/// an octet (RFC 1035 5.1).</summary>
internal static class TextEscape
{
    /// <summary>Reads the escape that <paramref name="text"/> begins with.</summary>
    public static bool TryRead(ReadOnlySpan<byte> text, out byte octet, out int consumed)
    {
        octet = 0;
        consumed = 0;
        if (text.Length < 2 || text[0] != '\\')
        {
            return false;
        }

        if (!char.IsAsciiDigit((char)text[1]))
        {
            octet = text[1];
            consumed = 2;
            return octet is >= 0x20 and < 0x7F;
        }

        if (text.Length < 4 || !char.IsAsciiDigit((char)text[2]) || !char.IsAsciiDigit((char)text[3]))
        {
            return false;
        }

        int value = ((text[1] - '0') * 100) + ((text[2] - '0') * 10) + (text[3] - '0');
        octet = (byte)value;
        consumed = 4;
        return value <= byte.MaxValue;
    }

    public static bool TryAppend(byte octet, Span<byte> destination, ref int length)
    {
        if ((uint)length >= (uint)destination.Length)
        {
            return false;
        }

        destination[length++] = octet;
        return true;
    }

    public static bool TryAppendDecimal(byte octet, Span<byte> destination, ref int length)
    {
        if (destination.Length - length < 4)
        {
            return false;
        }

        destination[length] = (byte)'\\';
        destination[length + 1] = (byte)('0' + (octet / 100));
        destination[length + 2] = (byte)('0' + (octet / 10 % 10));
        destination[length + 3] = (byte)('0' + (octet % 10));
        length += 4;
        return true;
    }
}
