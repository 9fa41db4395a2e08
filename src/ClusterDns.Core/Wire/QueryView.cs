namespace ClusterDns.Core.Wire;

/// <summary>A query's header, question and EDNS, read in place; reused from query to query.</summary>
public struct QueryView
{
    /// <summary>The header.</summary>
    public DnsHeader Header;

    /// <summary>
    /// The length of the question's name, which lies uncompressed at offset 12. Zero when no question could be read.
    /// </summary>
    public int NameLength;

    /// <summary>The type that is asked for.</summary>
    public RecordType Type;

    /// <summary>The class that is asked for.</summary>
    public RecordClass Class;

    /// <summary>The EDNS part.</summary>
    public EdnsView Edns;

    /// <summary>Where the last record is a TSIG (RFC 8945 5.1), the offset of its owner name; else zero.</summary>
    public int TransactionSignatureOffset;

    /// <summary>Whether a question was read.</summary>
    public readonly bool HasQuestion => NameLength > 0;

    /// <summary>The offset of what follows the question, or of the question when there is none.</summary>
    public readonly int QuestionEnd => NameLength == 0 ? DnsHeader.Length : DnsHeader.Length + NameLength + 4;

    /// <summary>The question's name, case kept, in <paramref name="message"/>, the one this was read from.</summary>
    public readonly ReadOnlySpan<byte> Name(ReadOnlySpan<byte> message) => message.Slice(DnsHeader.Length, NameLength);
}
