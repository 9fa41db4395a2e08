using System.Buffers;
using System.Text;
using ClusterDns.Core.Wire;

namespace ClusterDns.Plugins.Rewrite.Names;

/// <summary>
/// A name as rules see it: the presentation form (RFC 1035 section 5.1) with its final dot, in lower case where the name is. An octet that could
/// be mistaken for syntax has a backslash before it; one that is not printable is a backslash and three digits.
/// </summary>
/// <param name="bytes">Room for the text: <see cref="MaxLength"/> bytes.</param>
/// <param name="characters">Room for the same text as characters, for regular expressions.</param>
internal ref struct NameText(Span<byte> bytes, Span<char> characters)
{
    /// <summary>The longest text: a name of 255 octets, each written as four characters.</summary>
    public const int MaxLength = DomainName.MaxTextLength;

    private static readonly SearchValues<byte> Plain =
        SearchValues.Create("!#$%&*+,-./0123456789:<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~"u8);

    private readonly Span<byte> _bytes = bytes;
    private readonly Span<char> _characters = characters;
    private int _length;
    private bool _hasCharacters;

    /// <summary>Whether a backslash is in the text.</summary>
    public bool HasEscapes { get; private set; }

    /// <summary>The text in ASCII.</summary>
    public readonly ReadOnlySpan<byte> Bytes => _bytes[.._length];

    /// <summary>The text.</summary>
    public ReadOnlySpan<char> Characters
    {
        get
        {
            if (!_hasCharacters)
            {
                Ascii.ToUtf16(Bytes, _characters, out _);
                _hasCharacters = true;
            }

            return _characters[.._length];
        }
    }

    /// <summary>Takes another name.</summary>
    /// <param name="name">The name in wire form.</param>
    public void Set(ReadOnlySpan<byte> name)
    {
        _hasCharacters = false;
        HasEscapes = false;
        if (name.Length == 1)
        {
            _bytes[0] = (byte)'.';
            _length = 1;
            return;
        }

        // Without the first length octet, and with dots in place of the others, the wire form is the text, unless an octet needs an escape.
        _length = name.Length - 1;
        name[1..].CopyTo(_bytes);
        int labels = 0;
        for (int end = name[0]; ; end += name[end + 1] + 1)
        {
            _bytes[end] = (byte)'.';
            labels++;
            if (name[end + 1] == 0)
            {
                break;
            }
        }

        if (Bytes.ContainsAnyExcept(Plain) || Bytes.Count((byte)'.') != labels)
        {
            SetEscaped(name);
        }
    }

    /// <summary>Whether a position lies within an escape, so that the text from there on is not that of labels.</summary>
    /// <param name="position">A position in the text.</param>
    public readonly bool SplitsEscape(int position)
    {
        if (!HasEscapes)
        {
            return false;
        }

        int start = 0;
        while (start < position)
        {
            start += EscapeLength(start);
        }

        return start > position;
    }

    private readonly int EscapeLength(int start)
        => _bytes[start] != '\\' ? 1
            : char.IsAsciiDigit((char)_bytes[start + 1]) ? 4
            : 2;

    private void SetEscaped(ReadOnlySpan<byte> name)
    {
        HasEscapes = true;
        int length = 0;
        for (ReadOnlySpan<byte> rest = name; rest[0] != 0; rest = DomainName.Parent(rest))
        {
            foreach (byte octet in rest.Slice(1, rest[0]))
            {
                if (octet is < 0x20 or > 0x7E)
                {
                    _bytes[length] = (byte)'\\';
                    _bytes[length + 1] = (byte)('0' + (octet / 100));
                    _bytes[length + 2] = (byte)('0' + (octet / 10 % 10));
                    _bytes[length + 3] = (byte)('0' + (octet % 10));
                    length += 4;
                    continue;
                }

                if (octet == '.' || !Plain.Contains(octet))
                {
                    _bytes[length++] = (byte)'\\';
                }

                _bytes[length++] = octet;
            }

            _bytes[length++] = (byte)'.';
        }

        _length = length;
    }
}
