using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using ClusterDns.Core.Wire;

namespace ClusterDns.Core.Records;

/// <summary>Reads rdata's text, field by field, and says what is wrong with it.</summary>
internal ref struct RdataTextParser(ReadOnlySpan<char> text, ReadOnlySpan<byte> origin, Span<byte> rdata)
{
    /// <summary>The most octets that one UTF-16 character becomes.</summary>
    private const int MaxUtf8Growth = 3;

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
        if (_words.IsAtEnd && RdataFields.MayBeAbsent(field))
        {
            return true;
        }

        switch (field)
        {
            case RdataField.Hexadecimal:
                return Check(field, _words.IsAtEnd, BinaryText.ReadHexadecimal(ref _words, ref _writer));
            case RdataField.Base64:
            case RdataField.OptionalBase64:
                return Check(field, _words.IsAtEnd, BinaryText.ReadBase64(ref _words, ref _writer));
            case RdataField.TypeBitmap:
                return Check(TypeBitmap.Read(ref _words, ref _writer));
            case RdataField.Location:
                return Check(LocationText.Read(ref _words, ref _writer));
            case RdataField.AddressPrefixes:
                return Check(AddressPrefixText.Read(ref _words, ref _writer));
            case RdataField.Gateway:
                return Check(GatewayText.Read(ref _words, _origin, ref _writer));
            case RdataField.Relay:
                return Check(GatewayText.ReadRelay(ref _words, _origin, ref _writer));
            case RdataField.HostIdentity:
                return Check(HostIdentityText.Read(ref _words, ref _writer));
            case RdataField.ServiceParameters:
                return Check(ServiceParameterText.Read(ref _words, ref _writer));
            default:
                return TryReadWord(Describe(field), out ReadOnlySpan<char> word) && TryParseWord(field, word);
        }
    }

    private bool TryParseWord(RdataField field, ReadOnlySpan<char> word)
    {
        switch (field)
        {
            case RdataField.Name:
                return TryParseName(word);
            case RdataField.Names:
                return TryParseNames(word);
            case RdataField.UInt8:
            case RdataField.UInt16:
            case RdataField.UInt32:
            case RdataField.UInt64:
            case RdataField.Seconds:
            case RdataField.SignatureTime:
            case RdataField.Type:
            case RdataField.Algorithm:
            case RdataField.CertificateType:
            case RdataField.SynchronizationScheme:
                return TryParseNumber(field, word);
            case RdataField.IPv4Address:
            case RdataField.IPv6Address:
                return TryParseAddress(field, word);
            case RdataField.Eui48:
                return TryParseGroups(field, word, octets: 6, groupLength: 1, '-');
            case RdataField.Eui64:
                return TryParseGroups(field, word, octets: 8, groupLength: 1, '-');
            case RdataField.Locator64:
                return TryParseGroups(field, word, octets: 8, groupLength: 2, ':');
            case RdataField.CharacterString:
            case RdataField.OptionalCharacterString:
                return TryParseStrings(word, allowSplit: false);
            case RdataField.CharacterStrings:
                return TryParseAllStrings(word);
            case RdataField.Tag:
                return TryParseTag(word);
            case RdataField.LongString:
                return TryParseLongString(word);
            case RdataField.PrefixedHexadecimal:
                return TryParsePrefixed(word);
            case RdataField.Salt:
                return TryParseSalt(word);
            case RdataField.Hash:
                return TryParseHash(word);
            default:
                return word is "-" || Check(BinaryText.WriteBase64(word, ref _writer));
        }
    }

    private bool TryParseNumber(RdataField field, ReadOnlySpan<char> word)
    {
        ulong number = 0;
        bool isNumber = field switch
        {
            RdataField.Seconds => TimeToLiveText.TryParse(word, out uint seconds) && Set(out number, seconds),
            RdataField.SignatureTime => SignatureTimeText.TryParse(word, out uint time) && Set(out number, time),
            RdataField.Type => RecordTypes.TryParse(word, out RecordType type) && Set(out number, (ushort)type),
            RdataField.Algorithm or RdataField.CertificateType or RdataField.SynchronizationScheme =>
                RdataMnemonics.Of(field).TryParse(word, out ushort value) && Set(out number, value),
            _ => ulong.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out number),
        };
        (int bytes, ulong most) = field switch
        {
            RdataField.UInt8 or RdataField.Algorithm or RdataField.SynchronizationScheme => (sizeof(byte), byte.MaxValue),
            RdataField.UInt16 or RdataField.Type or RdataField.CertificateType => (sizeof(ushort), ushort.MaxValue),
            RdataField.UInt64 => (sizeof(ulong), ulong.MaxValue),
            _ => (sizeof(uint), uint.MaxValue),
        };
        if (!isNumber || number > most)
        {
            return FailField(field, word);
        }

        Span<byte> octets = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(octets, number);
        return Check(_writer.TryWriteBytes(octets[^bytes..]));
    }

    private bool TryParseGroups(RdataField field, ReadOnlySpan<char> word, int octets, int groupLength, char separator)
    {
        Span<byte> address = stackalloc byte[sizeof(ulong)];
        return HardwareAddressText.TryParse(word, groupLength, separator, address[..octets])
            ? Check(_writer.TryWriteBytes(address[..octets]))
            : FailField(field, word);
    }

    private bool TryParseNames(ReadOnlySpan<char> word)
    {
        bool parsed = TryParseName(word);
        while (parsed && !_words.IsAtEnd)
        {
            parsed = TryReadWord(Describe(RdataField.Name), out word) && TryParseName(word);
        }

        return parsed;
    }

    private bool TryParseTag(ReadOnlySpan<char> word)
    {
        Span<byte> octets = stackalloc byte[byte.MaxValue];
        return word.Length is > 0 and <= byte.MaxValue
            && Encoding.ASCII.TryGetBytes(word, octets, out int length)
            && !octets[..length].ContainsAnyExcept(CharacterStringText.TagOctets)
                ? Check(_writer.TryWriteByte((byte)length) && _writer.TryWriteBytes(octets[..length]))
                : FailField(RdataField.Tag, word);
    }

    private bool TryParseLongString(ReadOnlySpan<char> word)
    {
        byte[] octets = ArrayPool<byte>.Shared.Rent(word.Length * MaxUtf8Growth);
        ReadOnlySpan<char> rest = word;
        bool parsed = CharacterStringText.TryParse(ref rest, octets, out int length) && rest.IsEmpty
            ? Check(_writer.TryWriteBytes(octets.AsSpan(0, length)))
            : FailField(RdataField.LongString, word);
        ArrayPool<byte>.Shared.Return(octets);
        return parsed;
    }

    private bool TryParsePrefixed(ReadOnlySpan<char> word)
    {
        if (!word.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            return FailField(RdataField.PrefixedHexadecimal, word);
        }

        char[] digits = ArrayPool<char>.Shared.Rent(word.Length);
        int length = 0;
        foreach (char digit in word[2..])
        {
            if (digit != '.')
            {
                digits[length++] = digit;
            }
        }

        bool parsed = Check(BinaryText.WriteHexadecimal(digits.AsSpan(0, length), ref _writer));
        ArrayPool<char>.Shared.Return(digits);
        return parsed;
    }

    private bool TryParseSalt(ReadOnlySpan<char> word)
    {
        if (word is "-")
        {
            return Check(_writer.TryWriteByte(0));
        }

        return word.Length <= 2 * byte.MaxValue
            ? Check(_writer.TryWriteByte((byte)(word.Length / 2))) && Check(BinaryText.WriteHexadecimal(word, ref _writer))
            : FailField(RdataField.Salt, word);
    }

    private bool TryParseHash(ReadOnlySpan<char> word)
    {
        Span<byte> octets = stackalloc byte[byte.MaxValue];
        return BinaryText.TryParseBase32(word, octets, out int length) && length > 0
            ? Check(_writer.TryWriteByte((byte)length) && _writer.TryWriteBytes(octets[..length]))
            : FailField(RdataField.Hash, word);
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
            if (!TryReadWord("hexadecimal digits", out word) || !Check(BinaryText.WriteHexadecimal(word, ref _writer)))
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

    private bool TryReadWord(string expected, out ReadOnlySpan<char> word) =>
        _words.TryRead(out word, out _) || Fail(_words.IsAtEnd ? $"{expected} is missing" : RdataTextReader.Unfinished);

    private static bool Set(out ulong number, ulong value)
    {
        number = value;
        return true;
    }

    private bool Check(bool written) => written || Fail(RdataTextReader.TooLong);

    private bool Check(string? error) => error is null || Fail(error);

    private bool Check(RdataField field, bool isMissing, string? error) =>
        isMissing ? Fail($"{Describe(field)} are missing") : Check(error);

    private bool FailField(RdataField field, ReadOnlySpan<char> word) => Fail($"'{word}' is not {Describe(field)}");

    private bool Fail(string error)
    {
        Error ??= error;
        return false;
    }

    private static string Describe(RdataField field) => field switch
    {
        RdataField.Name => "a domain name",
        RdataField.Names => "a domain name",
        RdataField.UInt8 => "a number up to 255",
        RdataField.UInt16 => "a number up to 65535",
        RdataField.UInt64 => "a number up to 18446744073709551615",
        RdataField.SignatureTime => "a time such as 20301231235959",
        RdataField.Type => "a record type",
        RdataField.Algorithm => "a DNSSEC algorithm, a number up to 255 or a mnemonic such as ECDSAP256SHA256",
        RdataField.CertificateType => "a certificate type, a number up to 65535 or a mnemonic such as PKIX",
        RdataField.SynchronizationScheme => "a scheme, a number up to 255 or NOTIFY",
        RdataField.Eui48 => "a hardware address such as 00-00-5e-00-53-2a",
        RdataField.Eui64 => "a hardware address such as 00-00-5e-ef-10-00-00-2a",
        RdataField.Locator64 => "a locator such as 2001:db8:1140:1000",
        RdataField.Tag => "a tag of letters and digits",
        RdataField.LongString => "a string",
        RdataField.Hexadecimal => "pairs of hexadecimal digits",
        RdataField.PrefixedHexadecimal => "0x and pairs of hexadecimal digits",
        RdataField.Salt => "a salt of up to 255 octets in hexadecimal digits, or -",
        RdataField.Hash => "a hash in base32hex digits",
        RdataField.Base64 or RdataField.OptionalBase64 => "base64 digits",
        RdataField.Base64OrDash => "base64 digits, or -",
        RdataField.UInt32 => "a number up to 4294967295",
        RdataField.Seconds => "a number of seconds or a time such as 1h30m",
        RdataField.IPv4Address => "an IPv4 address",
        RdataField.IPv6Address => "an IPv6 address",
        _ => "a string of up to 255 octets",
    };
}
