using System.Buffers.Binary;
using ClusterDns.Core.Wire;

namespace ClusterDns.Upstreams;

/// <summary>Whether a reply is one to a query (RFC 5452 section 9.1); its address and port the socket has checked.</summary>
internal static class ReplyCheck
{
    private const byte ResponseBit = 0x80;

    /// <summary>Whether it is.</summary>
    /// <param name="query">The query, as it was sent.</param>
    /// <param name="reply">What came.</param>
    public static bool IsReply(ReadOnlySpan<byte> query, ReadOnlySpan<byte> reply)
    {
        if (reply.Length < DnsHeader.Length || (reply[2] & ResponseBit) == 0 || !reply[..2].SequenceEqual(query[..2]))
        {
            return false;
        }

        if (BinaryPrimitives.ReadUInt16BigEndian(reply[4..]) == 0)
        {
            // A server that could not read the query, or did not want to, may leave the question out.
            return (reply[3] & 15) != 0 && BinaryPrimitives.ReadUInt16BigEndian(reply[6..]) == 0;
        }

        int end = GetQuestionEnd(query);
        return BinaryPrimitives.ReadUInt16BigEndian(reply[4..]) == 1 &&
            reply.Length >= end &&
            DomainName.Equals(query[DnsHeader.Length..(end - 4)], reply[DnsHeader.Length..(end - 4)]) &&
            query[(end - 4)..end].SequenceEqual(reply[(end - 4)..end]);
    }

    /// <summary>Where the first question of a query ends.</summary>
    private static int GetQuestionEnd(ReadOnlySpan<byte> query)
        => DomainName.TryGetLength(query[DnsHeader.Length..], out int length) ? DnsHeader.Length + length + 4 : DnsHeader.Length;
}
