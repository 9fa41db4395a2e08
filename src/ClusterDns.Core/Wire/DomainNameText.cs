using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;

namespace ClusterDns.Core.Wire;

/// <content>The presentation form (RFC 1035 5.1, RFC 4343 2.1).</content>
public static partial class DomainName
{
    /// <summary>The most octets of a name in presentation form: each octet of each label as <c>\DDD</c>.</summary>
    public const int MaxTextLength = 1004;

    private static readonly SearchValues<byte> PlainOctets =
        SearchValues.Create("!#%&'*+,-/0123456789:<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~"u8);

    /// <summary>
    /// Reads a name in presentation form, with <c>\.</c> and <c>\DDD</c> escapes. A name without the final dot is taken
    /// as if it had one.
    /// </summary>
    /// <returns>False for empty labels, labels over 63 and names over 255 octets, unescaped blanks, control characters
    /// or characters outside ASCII, broken escapes, or when <paramref name="wire"/> is too short.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, Span<byte> wire, out int length) =>
        TryParse(text, Root, wire, out length);

    /// <inheritdoc cref="TryParse(ReadOnlySpan{char}, Span{byte}, out int)"/>
    public static bool TryParse(ReadOnlySpan<byte> text, Span<byte> wire, out int length) =>
        TryParse(text, Root, wire, out length);

    /// <summary>
    /// Reads a name in presentation form; one without the final dot is relative to <paramref name="origin"/>.
    /// </summary>
    [SkipLocalsInit]
    public static bool TryParse(ReadOnlySpan<char> text, ReadOnlySpan<byte> origin, Span<byte> wire, out int length)
    {
        Span<byte> ascii = stackalloc byte[MaxTextLength];
        if (Ascii.FromUtf16(text, ascii, out int written) != OperationStatus.Done)
        {
            length = 0;
            return false;
        }

        return TryParse(ascii[..written], origin, wire, out length);
    }

    /// <inheritdoc cref="TryParse(ReadOnlySpan{char}, ReadOnlySpan{byte}, Span{byte}, out int)"/>
    public static bool TryParse(ReadOnlySpan<byte> text, ReadOnlySpan<byte> origin, Span<byte> wire, out int length)
    {
        length = 0;
        if (text.SequenceEqual("."u8))
        {
            return Append(Root, wire, 0, ref length);
        }

        int limit = Math.Min(wire.Length, MaxWireLength);
        int label = 0;
        int position = 1;
        for (int i = 0; i < text.Length; i++)
        {
            byte octet = text[i];
            if (octet == '.')
            {
                if (!TryEndLabel(wire, label, position))
                {
                    return false;
                }

                label = position++;
                continue;
            }

            if (octet is < 0x21 or > 0x7E
                || (octet == '\\' && !TryReadEscape(text, ref i, out octet))
                || position >= limit)
            {
                return false;
            }

            wire[position++] = octet;
        }

        if (position == label + 1)
        {
            // The text is empty, or ended in its dot.
            return label > 0 && Append(Root, wire, label, ref length);
        }

        return TryEndLabel(wire, label, position) && Append(origin, wire, position, ref length);
    }

    /// <summary>Reads a name in presentation form, for configuration.</summary>
    /// <exception cref="FormatException"><paramref name="text"/> is not a domain name.</exception>
    public static byte[] Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Span<byte> wire = stackalloc byte[MaxWireLength];
        return TryParse(text, wire, out int length)
            ? wire[..length].ToArray()
            : throw new FormatException($"'{text}' is not a domain name.");
    }

    /// <summary>The presentation form with its final dot, such as <c>www.example.com.</c>.</summary>
    /// <exception cref="ArgumentException"><paramref name="name"/> is not a name in wire form.</exception>
    [SkipLocalsInit]
    public static string ToText(ReadOnlySpan<byte> name)
    {
        Span<byte> text = stackalloc byte[MaxTextLength];
        return TryWriteText(name, text, out int written)
            ? Encoding.ASCII.GetString(text[..written])
            : throw new ArgumentException("Not a domain name in wire form.", nameof(name));
    }

    /// <summary>Writes what <see cref="ToText"/> gives as ASCII, without allocation.</summary>
    /// <returns>False when <paramref name="destination"/> is too short, or the name malformed.</returns>
    public static bool TryWriteText(ReadOnlySpan<byte> name, Span<byte> destination, out int written)
    {
        written = 0;
        if (!IsValid(name))
        {
            return false;
        }

        int length = 0;
        for (ReadOnlySpan<byte> rest = name; rest[0] != 0; rest = Parent(rest))
        {
            if (!TryWriteLabel(rest.Slice(1, rest[0]), destination, ref length)
                || !TextEscape.TryAppend((byte)'.', destination, ref length))
            {
                return false;
            }
        }

        if (length == 0 && !TextEscape.TryAppend((byte)'.', destination, ref length))
        {
            return false;
        }

        written = length;
        return true;
    }

    private static bool TryWriteLabel(ReadOnlySpan<byte> label, Span<byte> destination, ref int length)
    {
        if (!label.ContainsAnyExcept(PlainOctets))
        {
            if (!label.TryCopyTo(destination[length..]))
            {
                return false;
            }

            length += label.Length;
            return true;
        }

        foreach (byte octet in label)
        {
            bool written = octet switch
            {
                <= 0x20 or >= 0x7F => TextEscape.TryAppendDecimal(octet, destination, ref length),
                _ when PlainOctets.Contains(octet) => TextEscape.TryAppend(octet, destination, ref length),
                _ => TextEscape.TryAppend((byte)'\\', destination, ref length)
                    && TextEscape.TryAppend(octet, destination, ref length),
            };
            if (!written)
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryReadEscape(ReadOnlySpan<byte> text, ref int index, out byte octet)
    {
        if (!TextEscape.TryRead(text[index..], out octet, out int consumed))
        {
            return false;
        }

        index += consumed - 1;
        return true;
    }

    private static bool TryEndLabel(Span<byte> wire, int label, int position)
    {
        int length = position - label - 1;
        if (length is 0 or > MaxLabelLength || label >= wire.Length)
        {
            return false;
        }

        wire[label] = (byte)length;
        return true;
    }

    private static bool Append(ReadOnlySpan<byte> end, Span<byte> wire, int position, ref int length)
    {
        int total = position + end.Length;
        if (total > MaxWireLength || total > wire.Length)
        {
            return false;
        }

        end.CopyTo(wire[position..]);
        length = total;
        return true;
    }
}
