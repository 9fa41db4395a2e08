using System.Buffers.Binary;
using ClusterDns.Core.Wire;

namespace ClusterDns.Server.Upstreams;

/// <summary>
/// Whether a datagram is a reply to a query (RFC 5452 section 9.1). The socket has checked address and port, and the caller has found the
/// query by the reply's ID.
/// </summary>
internal static class ReplyCheck
{
    private const byte ResponseBit = 0x80;
    private const byte OpcodeBits = 0x78;
    private const byte CodeBits = 0x0F;

    /// <summary>Whether it is: a response with the query's opcode and exactly its question, written without compression.</summary>
    /// <param name="query">The query, as it was sent but for its ID.</param>
    /// <param name="reply">What came.</param>
    public static bool IsReply(ReadOnlySpan<byte> query, ReadOnlySpan<byte> reply)
    {
        if (reply.Length < DnsHeader.Length || (reply[2] & ResponseBit) == 0 || ((reply[2] ^ query[2]) & OpcodeBits) != 0)
        {
            return false;
        }

        int questions = BinaryPrimitives.ReadUInt16BigEndian(reply[4..]);
        return questions == 0 ? IsErrorWithoutQuestion(reply) : questions == 1 && HasQuestionOf(query, reply);
    }

    // A server that cannot read the query, or does not want to, may leave the question out. Such a reply says nothing about a name.
    private static bool IsErrorWithoutQuestion(ReadOnlySpan<byte> reply)
        => (ResponseCode)(reply[3] & CodeBits) is
                ResponseCode.FormErr or ResponseCode.ServFail or ResponseCode.NotImp or ResponseCode.Refused &&
            BinaryPrimitives.ReadUInt32BigEndian(reply[6..]) == 0;

    private static bool HasQuestionOf(ReadOnlySpan<byte> query, ReadOnlySpan<byte> reply)
    {
        if (!DomainName.TryGetLength(query[DnsHeader.Length..], out int length))
        {
            return false;
        }

        int type = DnsHeader.Length + length;
        int end = type + 4;

        // Compared byte by byte but for the case of letters: a compression pointer equals no label of the query.
        return query.Length >= end &&
            reply.Length >= end &&
            DomainName.Equals(query[DnsHeader.Length..type], reply[DnsHeader.Length..type]) &&
            query[type..end].SequenceEqual(reply[type..end]);
    }
}
