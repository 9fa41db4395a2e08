using ClusterDns.Core.Wire;

namespace ClusterDns.Core.Records;

/// <summary>
/// Rdata in text, as master files have it (RFC 1035 5.1), and in wire form with names uncompressed. Any type may be
/// written as RFC 3597 section 5 has unknown ones: <c>\# 4 C0000201</c>.
/// </summary>
public static class RdataText
{
    /// <summary>Whether the type has a text form of its own that can be read.</summary>
    public static bool HasTextForm(RecordType type) => !RdataFields.Of(type).IsEmpty;

    /// <summary>Whether uncompressed rdata has its type's form; of types without a known form, any has.</summary>
    public static bool IsWellFormed(RecordType type, ReadOnlySpan<byte> rdata) =>
        type == RecordType.OPT ? EdnsOptionReader.IsWellFormed(rdata) : RdataForm.IsWellFormed(type, rdata);

    /// <summary>Reads rdata in text form.</summary>
    /// <param name="type">The record's type.</param>
    /// <param name="text">The rdata's text, on one line, without comments or parentheses.</param>
    /// <param name="origin">What relative names and <c>@</c> stand for, in wire form; empty for the root.</param>
    /// <param name="rdata">Receives the wire form.</param>
    /// <param name="length">The octets written.</param>
    /// <param name="error">When false is returned, what is wrong, to be shown behind the place of the text.</param>
    public static bool TryParse(
        RecordType type,
        ReadOnlySpan<char> text,
        ReadOnlySpan<byte> origin,
        Span<byte> rdata,
        out int length,
        out string? error)
    {
        var parser = new RdataTextParser(text, origin.IsEmpty ? DomainName.Root : origin, rdata);
        bool parsed = parser.TryParse(type);
        length = parsed ? parser.Length : 0;
        error = parser.Error;
        return parsed;
    }

    /// <summary>
    /// The text form of uncompressed rdata, names with their final dot. What does not have its type's form, or is of a
    /// type without one, is written as RFC 3597 has it. The options of an OPT record are shown as codes and hexadecimal
    /// digits, which cannot be read back.
    /// </summary>
    public static string ToText(RecordType type, ReadOnlySpan<byte> rdata) => RdataTextFormatter.ToText(type, rdata);
}
