using ClusterDns.Core.Wire;

namespace ClusterDns.Fuzz;

/// <summary>What must be true of every answer, whatever was asked.</summary>
internal static class AnswerCheck
{
    private const byte ResponseBit = 0x80;

    /// <summary>Finds what is wrong with an answer; null when nothing is.</summary>
    /// <param name="packet">What was asked.</param>
    /// <param name="answer">What would be sent.</param>
    /// <param name="limit">How many bytes the client takes.</param>
    public static string? Find(ReadOnlySpan<byte> packet, ReadOnlySpan<byte> answer, int limit)
    {
        if (answer.Length > limit)
        {
            return $"the answer has {answer.Length} bytes, the client takes {limit}";
        }

        WireReader reader = new(answer);
        if (!reader.TryReadHeader(out DnsHeader header))
        {
            return "the answer has no header";
        }

        if ((answer[2] & ResponseBit) == 0 || (packet[2] & ResponseBit) != 0)
        {
            return "the answer is not a response, or answers a response";
        }

        if (answer[0] != packet[0] || answer[1] != packet[1])
        {
            return "the answer has another ID";
        }

        return FindInBody(ref reader, in header, packet, answer);
    }

    private static string? FindInBody(ref WireReader reader, in DnsHeader header, ReadOnlySpan<byte> packet, ReadOnlySpan<byte> answer)
    {
        if (header.QuestionCount > 1)
        {
            return "the answer has several questions";
        }

        if (header.QuestionCount == 1)
        {
            if (!reader.TrySkipName() || !reader.TryReadUInt32(out _))
            {
                return "the question cannot be read";
            }

            int end = reader.Position;
            if (end > packet.Length || !answer[DnsHeader.Length..end].SequenceEqual(packet[DnsHeader.Length..end]))
            {
                return "the answer has another question";
            }
        }

        int opts = 0;
        int records = header.AnswerCount + header.AuthorityCount + header.AdditionalCount;
        for (int i = 0; i < records; i++)
        {
            if (!reader.TryReadRecord(out RecordView record))
            {
                return $"record {i} of {records} cannot be read";
            }

            opts += record.Type == RecordType.OPT ? 1 : 0;
        }

        if (opts > 1)
        {
            return "the answer has several OPT records";
        }

        return reader.Position == answer.Length ? null : "bytes follow the last record";
    }
}
