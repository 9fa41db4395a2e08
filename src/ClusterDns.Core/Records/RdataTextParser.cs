using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using ClusterDns.Core.Wire;

namespace ClusterDns.Core.Records;

/// <summary>Reads rdata's text, field by field, and says what is wrong with it.</summary>
internal ref struct RdataTextParser(ReadOnlySpan<char> text, ReadOnlySpan<byte> origin, Span<byte> rdata)
{
    private readonly ReadOnlySpan<byte> _origin = origin;
    private RdataTextReader _words = new(text);
    private WireWriter _writer = new(rdata[..Math.Min(rdata.Length, ushort.MaxValue)]);

    /// <summary>The octets written.</summary>
    public readonly int Length => _writer.Length;

    /// <summary>What is wrong; null while nothing is.</summary>
    public string? Error { get; private set; }

    public bool TryParse(RecordType type)
    {
        RdataTextReader ahead = _words;
        if (ahead.TryRead(out ReadOnlySpan<char> first, out bool isQuoted) && !isQuoted && first is @"\#")
        {
            _words = ahead;
            return TryParseGeneric(type);
        }

        ReadOnlySpan<RdataField> fields = RdataFields.Of(type);
        if (fields.IsEmpty)
        {
            return Fail($@"rdata of type {RecordTypes.ToText(type)} can only be given as \# LENGTH HEX");
        }

        foreach (RdataField field in fields)
        {
            if (!TryParseField(field))
            {
                return false;
            }
        }

        return _words.IsAtEnd || Fail($"more than the rdata of type {RecordTypes.ToText(type)} has");
    }

    private bool TryParseField(RdataField field)
    {
        if (!TryReadWord(Describe(field), out ReadOnlySpan<char> word))
        {
            return false;
        }

        switch (field)
        {
            case RdataField.Name:
                return TryParseName(word);
            case RdataField.UInt16:
                return ushort.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out ushort number)
                    ? Check(_writer.TryWriteUInt16(number))
                    : FailField(field, word);
            case RdataField.UInt32:
                return uint.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out uint large)
                    ? Check(_writer.TryWriteUInt32(large))
                    : FailField(field, word);
            case RdataField.Seconds:
                return TimeToLiveText.TryParse(word, out uint seconds)
                    ? Check(_writer.TryWriteUInt32(seconds))
                    : FailField(field, word);
            case RdataField.IPv4Address:
            case RdataField.IPv6Address:
                return TryParseAddress(field, word);
            case RdataField.CharacterString:
                return TryParseStrings(word, allowSplit: false);
            default:
                return TryParseAllStrings(word);
        }
    }

    [SkipLocalsInit]
    private bool TryParseName(ReadOnlySpan<char> word)
    {
        if (word is "@")
        {
            return Check(_writer.TryWriteBytes(_origin));
        }

        Span<byte> name = stackalloc byte[DomainName.MaxWireLength];
        return DomainName.TryParse(word, _origin, name, out int length)
            ? Check(_writer.TryWriteBytes(name[..length]))
            : FailField(RdataField.Name, word);
    }

    private bool TryParseAddress(RdataField field, ReadOnlySpan<char> word)
    {
        AddressFamily family = field == RdataField.IPv4Address
            ? AddressFamily.InterNetwork
            : AddressFamily.InterNetworkV6;
        if (!AddressText.TryParse(word, out IPAddress? address) || address.AddressFamily != family)
        {
            return FailField(field, word);
        }

        Span<byte> octets = stackalloc byte[16];
        return address.TryWriteBytes(octets, out int length) && Check(_writer.TryWriteBytes(octets[..length]));
    }

    private bool TryParseAllStrings(ReadOnlySpan<char> word)
    {
        bool parsed = TryParseStrings(word, allowSplit: true);
        while (parsed && !_words.IsAtEnd)
        {
            parsed = TryReadWord(Describe(RdataField.CharacterStrings), out word)
                && TryParseStrings(word, allowSplit: true);
        }

        return parsed;
    }

    /// <summary>One word is one string; where there may be many, a long word is split as other servers do.</summary>
    [SkipLocalsInit]
    private bool TryParseStrings(ReadOnlySpan<char> word, bool allowSplit)
    {
        Span<byte> octets = stackalloc byte[byte.MaxValue];
        do
        {
            if (!CharacterStringText.TryParse(ref word, octets, out int length) || (!allowSplit && !word.IsEmpty))
            {
                return FailField(RdataField.CharacterString, word);
            }

            if (!Check(_writer.TryWriteByte((byte)length) && _writer.TryWriteBytes(octets[..length])))
            {
                return false;
            }
        }
        while (!word.IsEmpty);

        return true;
    }

    private bool TryParseGeneric(RecordType type)
    {
        if (!TryReadWord("the rdata's length", out ReadOnlySpan<char> word))
        {
            return false;
        }

        if (!ushort.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out ushort length))
        {
            return Fail($"'{word}' is not the rdata's length, a number up to 65535");
        }

        int start = _writer.Length;
        while (!_words.IsAtEnd)
        {
            if (!TryReadWord("hexadecimal digits", out word) || !TryParseHexadecimal(word))
            {
                return false;
            }
        }

        if (_writer.Length - start != length)
        {
            return Fail($"{_writer.Length - start} octets where {length} were announced");
        }

        return RdataText.IsWellFormed(type, _writer.Written)
            || Fail($"not the rdata of type {RecordTypes.ToText(type)}");
    }

    private bool TryParseHexadecimal(ReadOnlySpan<char> word)
    {
        for (int i = 0; i < word.Length; i += 2)
        {
            if (i + 1 == word.Length || !char.IsAsciiHexDigit(word[i]) || !char.IsAsciiHexDigit(word[i + 1]))
            {
                return Fail($"'{word}' is not pairs of hexadecimal digits");
            }

            byte octet = byte.Parse(word.Slice(i, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            if (!Check(_writer.TryWriteByte(octet)))
            {
                return false;
            }
        }

        return true;
    }

    private bool TryReadWord(string expected, out ReadOnlySpan<char> word) =>
        _words.TryRead(out word, out _)
        || Fail(_words.IsAtEnd ? $"{expected} is missing" : "quotes or a backslash without what belongs to them");

    private bool Check(bool written) => written || Fail("longer than rdata may be");

    private bool FailField(RdataField field, ReadOnlySpan<char> word) => Fail($"'{word}' is not {Describe(field)}");

    private bool Fail(string error)
    {
        Error ??= error;
        return false;
    }

    private static string Describe(RdataField field) => field switch
    {
        RdataField.Name => "a domain name",
        RdataField.UInt16 => "a number up to 65535",
        RdataField.UInt32 => "a number up to 4294967295",
        RdataField.Seconds => "a number of seconds or a time such as 1h30m",
        RdataField.IPv4Address => "an IPv4 address",
        RdataField.IPv6Address => "an IPv6 address",
        _ => "a string of up to 255 octets",
    };
}
