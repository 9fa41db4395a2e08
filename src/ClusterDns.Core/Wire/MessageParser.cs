using System.Buffers.Binary;

namespace ClusterDns.Core.Wire;

/// <summary>What is to become of a received message.</summary>
public enum QueryStatus
{
    /// <summary>A query to be answered.</summary>
    Ok,

    /// <summary>Shorter than a header, or a response: no answer at all.</summary>
    Ignore,

    /// <summary>Answer FORMERR.</summary>
    FormatError,

    /// <summary>Answer NOTIMP: the opcode is neither QUERY nor NOTIFY.</summary>
    NotImplemented,

    /// <summary>Answer BADVERS: the EDNS version is over 0 (RFC 6891 6.1.3).</summary>
    BadVersion,
}

/// <summary>Decides what a received message is, and reads what every query has.</summary>
public static class MessageParser
{
    private const int MaxAnswers = 1;
    private const int MaxAuthorities = 1;
    private const int MaxAdditionals = 2;

    /// <summary>
    /// Reads header, question and EDNS of <paramref name="message"/>. All of <paramref name="view"/> is set: what could
    /// not be read is zero, but the header is there unless the status is <see cref="QueryStatus.Ignore"/>, and a malformed
    /// OPT record is present, with its UDP size.
    /// </summary>
    /// <remarks>
    /// A query has one question, at most one answer and one authority record (NOTIFY, IXFR) and at most two additional
    /// ones (OPT, TSIG). Octets after the last record are not looked at.
    /// </remarks>
    public static QueryStatus TryParseQuery(ReadOnlySpan<byte> message, ref QueryView view)
    {
        view = default;
        if (!DnsHeader.TryRead(message, out view.Header) || view.Header.IsResponse)
        {
            return QueryStatus.Ignore;
        }

        if (view.Header.Opcode is not (Opcode.Query or Opcode.Notify))
        {
            return QueryStatus.NotImplemented;
        }

        if (view.Header.QuestionCount != 1
            || view.Header.AnswerCount > MaxAnswers
            || view.Header.AuthorityCount > MaxAuthorities
            || view.Header.AdditionalCount > MaxAdditionals
            || !TryReadQuestion(message, ref view)
            || !TryReadRecords(message, ref view))
        {
            return QueryStatus.FormatError;
        }

        return view.Edns.Version == 0 ? QueryStatus.Ok : QueryStatus.BadVersion;
    }

    /// <summary>Nothing precedes the first question that its name could point to, so it must be uncompressed.</summary>
    private static bool TryReadQuestion(ReadOnlySpan<byte> message, ref QueryView view)
    {
        ReadOnlySpan<byte> question = message[DnsHeader.Length..];
        if (!DomainName.TryGetLength(question, out int length) || question.Length < length + 4)
        {
            return false;
        }

        view.NameLength = length;
        view.Type = (RecordType)BinaryPrimitives.ReadUInt16BigEndian(question[length..]);
        view.Class = (RecordClass)BinaryPrimitives.ReadUInt16BigEndian(question[(length + 2)..]);
        return true;
    }

    private static bool TryReadRecords(ReadOnlySpan<byte> message, ref QueryView view)
    {
        int others = view.Header.AnswerCount + view.Header.AuthorityCount;
        int all = others + view.Header.AdditionalCount;
        var reader = new WireReader(message, view.QuestionEnd);
        for (int i = 0; i < all; i++)
        {
            if (!reader.TryReadRecord(out RecordView record))
            {
                return false;
            }

            if (i >= others && !TryTakeAdditional(message, in record, isLast: i == all - 1, ref view))
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryTakeAdditional(
        ReadOnlySpan<byte> message, in RecordView record, bool isLast, ref QueryView view)
    {
        switch (record.Type)
        {
            case RecordType.OPT:
                // A second OPT record is an error (RFC 6891 6.1.1).
                bool isFirst = !view.Edns.Present;
                if (isFirst && EdnsView.TryRead(message, in record, out view.Edns))
                {
                    return true;
                }

                view.Edns = new EdnsView { Present = true, UdpSize = (ushort)record.Class };
                return false;
            case RecordType.TSIG:
                // A TSIG record must be the last (RFC 8945 5.1).
                view.TransactionSignatureOffset = record.OwnerOffset;
                return isLast;
            default:
                return true;
        }
    }
}
