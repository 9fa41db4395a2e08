using System.Buffers;
using ClusterDns.Core.Wire;

namespace ClusterDns.Core.Records;

/// <summary>What a record's text says, but for owner name and rdata, which lie behind one another in the caller's bytes.</summary>
/// <param name="OwnerLength">How long the owner name is in wire form.</param>
/// <param name="Type">The type.</param>
/// <param name="Class">The class.</param>
/// <param name="TimeToLive">The time to live in seconds, at most 2^31-1 (RFC 2181 section 8).</param>
/// <param name="RdataLength">How long the rdata behind the owner name is.</param>
public readonly record struct ParsedRecord(int OwnerLength, RecordType Type, RecordClass Class, uint TimeToLive, int RdataLength);

/// <summary>
/// Whole records in text, as master files have them (RFC 1035 5.1): owner name, time to live and class in either order or left out, type
/// and rdata; with comments, with parentheses around line breaks, without directives.
/// </summary>
public static class RecordText
{
    /// <summary>The most octets that an owner name and rdata have together.</summary>
    public const int MaxWireLength = DomainName.MaxWireLength + ushort.MaxValue;

    private static readonly SearchValues<char> Structure = SearchValues.Create("();\r\n");

    /// <summary>Reads the first record of a text; the class is IN where it has none.</summary>
    /// <param name="text">The text.</param>
    /// <param name="origin">What relative names and <c>@</c> stand for, in wire form; empty for the root.</param>
    /// <param name="defaultTimeToLive">The time to live where the text has none, in seconds.</param>
    /// <param name="wire">Receives the owner name and behind it the rdata, both uncompressed.</param>
    /// <param name="record">The rest of what the record says.</param>
    /// <param name="error">When false is returned, what is wrong.</param>
    public static bool TryParse(
        ReadOnlySpan<char> text, ReadOnlySpan<byte> origin, uint defaultTimeToLive, Span<byte> wire, out ParsedRecord record, out string? error)
    {
        if (!text.ContainsAny(Structure))
        {
            return TryParseLine(text, origin, defaultTimeToLive, wire, out record, out error);
        }

        char[] line = ArrayPool<char>.Shared.Rent(text.Length);
        record = default;
        bool parsed = RecordLine.TryFlatten(text, line, out int length, out error)
            && TryParseLine(line.AsSpan(0, length), origin, defaultTimeToLive, wire, out record, out error);
        ArrayPool<char>.Shared.Return(line);
        return parsed;
    }

    private static bool TryParseLine(
        ReadOnlySpan<char> line, ReadOnlySpan<byte> origin, uint defaultTimeToLive, Span<byte> wire, out ParsedRecord record, out string? error)
    {
        record = default;
        ReadOnlySpan<byte> absolute = origin.IsEmpty ? DomainName.Root : origin;
        RdataTextReader words = new(line);
        error = TryReadOwner(line, ref words, absolute, wire, out int ownerLength);
        if (error is not null)
        {
            return false;
        }

        error = TryReadFields(ref words, defaultTimeToLive, out uint timeToLive, out RecordClass recordClass, out RecordType type);
        if (error is not null
            || !RdataText.TryParse(type, words.Rest, absolute, wire[ownerLength..], out int rdataLength, out error))
        {
            return false;
        }

        record = new ParsedRecord(ownerLength, type, recordClass, timeToLive, rdataLength);
        return true;
    }

    private static string? TryReadOwner(
        ReadOnlySpan<char> line, ref RdataTextReader words, ReadOnlySpan<byte> origin, Span<byte> wire, out int length)
    {
        length = 0;
        if (words.IsAtEnd)
        {
            return "no record";
        }

        if (line[0] is ' ' or '\t')
        {
            return "a space instead of an owner name";
        }

        if (!words.TryRead(out ReadOnlySpan<char> owner, out bool isQuoted))
        {
            return "unfinished quotes or an unfinished escape";
        }

        if (owner is "@" && !isQuoted)
        {
            length = origin.Length;
            return origin.TryCopyTo(wire) ? null : "longer than a record can be";
        }

        if (owner is ['$', ..])
        {
            return $"'{owner}' is a directive, not a record";
        }

        return !isQuoted && DomainName.TryParse(owner, origin, wire, out length) ? null : $"'{owner}' is not a domain name";
    }

    private static string? TryReadFields(
        ref RdataTextReader words, uint defaultTimeToLive, out uint timeToLive, out RecordClass recordClass, out RecordType type)
    {
        bool hasTimeToLive = false;
        bool hasClass = false;
        timeToLive = defaultTimeToLive;
        recordClass = RecordClass.IN;
        type = default;
        while (words.TryRead(out ReadOnlySpan<char> word, out bool isQuoted))
        {
            if (!isQuoted && !hasTimeToLive && word.Length > 0 && char.IsAsciiDigit(word[0]))
            {
                hasTimeToLive = true;
                if (!TimeToLiveText.TryParse(word, out timeToLive) || timeToLive > int.MaxValue)
                {
                    return $"'{word}' is not a time to live, a number of seconds up to {int.MaxValue}";
                }
            }
            else if (!isQuoted && RecordTypes.TryParse(word, out type))
            {
                return IsData(type) ? null : $"records of type {RecordTypes.ToText(type)} have no text form";
            }
            else if (!isQuoted && !hasClass && RecordClasses.TryParse(word, out recordClass))
            {
                hasClass = true;
                if (recordClass is default(RecordClass) or RecordClass.NONE)
                {
                    return $"records of class {RecordClasses.ToText(recordClass)} have no text form";
                }
            }
            else
            {
                return $"unexpected '{word}': expected a TTL, a class or a type";
            }
        }

        return words.IsAtEnd ? "a type is missing" : "unfinished quotes or an unfinished escape";
    }

    /// <summary>Whether records of a type are data, which neither OPT's are nor those of meta types (RFC 6895 section 3.1).</summary>
    private static bool IsData(RecordType type) => type is not (default(RecordType) or RecordType.OPT) && (ushort)type is < 128 or > 255;
}
