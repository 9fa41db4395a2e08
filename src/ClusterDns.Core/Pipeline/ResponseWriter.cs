using ClusterDns.Core.Wire;

namespace ClusterDns.Core.Pipeline;

/// <summary>Writes a query's response as a message: once, at the end, with compression.</summary>
public static class ResponseWriter
{
    /// <summary>A response buffer leaves this many bytes before the message for a stream's length prefix.</summary>
    public const int FramePrefix = 2;

    /// <summary>The most that an IPv4 datagram carries (65535 less the IP and UDP headers).</summary>
    public const int MaxUdpPayload = 65507;

    private const int OptSize = 11;
    private const int QuestionFieldsLength = 4;
    private const string TooLong = "the answer is longer than 65535 octets";

    /// <summary>Writes the response of a query.</summary>
    /// <param name="query">The query with its response.</param>
    /// <param name="destination">Where to; it is as long as the message may be.</param>
    /// <param name="truncate">
    /// Whether to write what fits when not all does. Records of the additional section are left out. In a datagram those of the answer and
    /// authority sections are too, and TC is set; on a stream the response becomes SERVFAIL. EDNS options that do not fit beside the question are
    /// left out.
    /// </param>
    /// <param name="reserved">How many bytes are kept free behind the message, as far as the question leaves them.</param>
    /// <param name="length">How long the message is.</param>
    /// <returns>False when records or options do not fit and <paramref name="truncate"/> is false.</returns>
    internal static bool TryWrite(Query query, Span<byte> destination, bool truncate, int reserved, out int length)
    {
        Response response = query.Response;
        bool edns = query.HasEdns;
        ReadOnlySpan<byte> options = edns ? response.Options.Span : default;
        int room = destination.Length - GetQuestionLength(query) - (edns ? OptSize : 0);
        if (options.Length + reserved > room)
        {
            if (!truncate)
            {
                length = 0;
                return false;
            }

            reserved = Math.Min(reserved, room);
            options = TakeWhole(options, room - reserved);
        }

        destination = destination[..^reserved];
        DnsHeader header = CreateHeader(query, response, edns);
        WireWriter writer = new(destination);
        writer.Limit -= edns ? OptSize + options.Length : 0;
        writer.TryWriteHeader(in header);
        if (query.HasQuestion)
        {
            writer.TryWriteQuestion(query.QuestionName, query.Type, query.Class);
        }

        bool hasRequired =
            TryWriteSection(ref writer, response.Answers, out header.AnswerCount) &&
            TryWriteSection(ref writer, response.Authority, out header.AuthorityCount);
        bool complete = hasRequired && TryWriteSection(ref writer, response.Additional, out header.AdditionalCount);
        if (!complete)
        {
            if (!truncate)
            {
                length = 0;
                return false;
            }

            // TC sends the client to a stream, where the same records wait; on a stream it leads nowhere. A part of an RRset without TC
            // would pass for the whole (RFC 2181 sections 5 and 9).
            if (!hasRequired && query.Transport != TransportProtocol.Udp)
            {
                response.Fail(response.Plugin ?? "", ResponseCode.ServFail, TooLong);
                options = default;
                writer = new WireWriter(destination);
                WriteFailure(ref writer, query, ref header);
            }
            else if (!hasRequired)
            {
                // Records that are merely extra may be left out without TC (RFC 2181 section 9).
                header.Flags |= HeaderFlags.Truncated;
            }
        }

        if (edns)
        {
            writer.Limit = destination.Length;
            writer.TryWriteOpt(query.UdpSize, (byte)((int)response.Code >> 4), version: 0, query.DnssecOk, options);
            header.AdditionalCount++;
        }

        writer.SetHeader(in header);
        length = writer.Length;
        return true;
    }

    /// <summary>
    /// The response's length without compression and without OPT: what CoreDNS counts in its log and in its size metric. An answer of many
    /// messages counts with all that were written.
    /// </summary>
    /// <param name="query">The query with its response.</param>
    public static int GetUncompressedLength(Query query)
        => query.Exchange.StreamedLength > 0 ? query.Exchange.StreamedLength : GetMessageLength(query);

    /// <summary>The same for the one message that the response holds.</summary>
    internal static int GetMessageLength(Query query)
    {
        int length = GetQuestionLength(query);
        for (ResponseSection section = ResponseSection.Answer; section <= ResponseSection.Additional; section++)
        {
            foreach (ref readonly ResponseRecord record in query.Response[section].Span)
            {
                length += GetUncompressedLength(query, in record);
            }
        }

        return length;
    }

    private static int GetUncompressedLength(Query query, ref readonly ResponseRecord record)
    {
        const int fixedPart = 10;
        int owner = record.OwnerSource is null ? query.QuestionName.Length : record.Owner.Length;
        return owner + fixedPart + record.RdataLength;
    }

    private static DnsHeader CreateHeader(Query query, Response response, bool edns)
    {
        bool recursionDesired = response.RecursionDesired ?? (query.Header.Flags & HeaderFlags.RecursionDesired) != HeaderFlags.None;
        HeaderFlags flags = HeaderFlags.Response |
            (query.Header.Flags & HeaderFlags.CheckingDisabled) |
            (recursionDesired ? HeaderFlags.RecursionDesired : HeaderFlags.None) |
            (response.Authoritative ? HeaderFlags.AuthoritativeAnswer : HeaderFlags.None) |
            (response.RecursionAvailable ? HeaderFlags.RecursionAvailable : HeaderFlags.None) |
            (response.AuthenticData ? HeaderFlags.AuthenticData : HeaderFlags.None) |
            (response.Truncated ? HeaderFlags.Truncated : HeaderFlags.None);
        ResponseCode code = response.Code > (ResponseCode)15 && !edns ? ResponseCode.ServFail : response.Code;
        return new DnsHeader
        {
            Id = query.Header.Id,
            Flags = flags,
            Opcode = query.Header.Opcode,
            ResponseCode = (ResponseCode)((int)code & 15),
            QuestionCount = query.HasQuestion ? (ushort)1 : (ushort)0,
        };
    }

    private static void WriteFailure(ref WireWriter writer, Query query, ref DnsHeader header)
    {
        header.ResponseCode = ResponseCode.ServFail;
        header.Flags &= ~(HeaderFlags.AuthoritativeAnswer | HeaderFlags.AuthenticData | HeaderFlags.Truncated);
        header.AnswerCount = 0;
        header.AuthorityCount = 0;
        header.AdditionalCount = 0;
        writer.TryWriteHeader(in header);
        if (query.HasQuestion)
        {
            writer.TryWriteQuestion(query.QuestionName, query.Type, query.Class);
        }
    }

    private static bool TryWriteSection(ref WireWriter writer, RecordList section, out ushort count)
    {
        count = 0;
        foreach (ref readonly ResponseRecord record in section.Span)
        {
            if (!TryWriteRecord(ref writer, in record))
            {
                return false;
            }

            count++;
        }

        return true;
    }

    private static bool TryWriteRecord(ref WireWriter writer, ref readonly ResponseRecord record)
    {
        return record.OwnerSource is null
            ? writer.TryWriteRecordWithOwnerAt(DnsHeader.Length, record.Type, record.Class, record.TimeToLive, record.Rdata)
            : writer.TryWriteRecord(
                record.Owner, record.Type, record.Class, record.TimeToLive, record.Rdata);
    }

    private static int GetQuestionLength(Query query)
        => DnsHeader.Length + (query.HasQuestion ? query.QuestionName.Length + QuestionFieldsLength : 0);

    /// <summary>The first options that have room.</summary>
    private static ReadOnlySpan<byte> TakeWhole(ReadOnlySpan<byte> options, int room)
    {
        int length = 0;
        EdnsOptionReader reader = new(options);
        while (reader.TryRead(out _, out ReadOnlySpan<byte> data) && length + EdnsOptionReader.PrefixLength + data.Length <= room)
        {
            length += EdnsOptionReader.PrefixLength + data.Length;
        }

        return options[..length];
    }
}
