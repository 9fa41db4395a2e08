using System.Buffers.Binary;
using ClusterDns.Core.Wire;

namespace ClusterDns.Core.Pipeline;

/// <summary>
/// Writes a query as an upstream is to get it, where links have changed the question, the flags or EDNS. The other records of the request (the SOA
/// of IXFR, a TSIG) are kept; TSIG stays the last (RFC 8945 section 5.1), though a changed message no longer fits its signature.
/// </summary>
internal static class RequestWriter
{
    /// <summary>The length of an OPT record without options.</summary>
    internal const int OptLength = 11;

    /// <summary>The longest rdata with names that is copied: more than any type with names has.</summary>
    private const int MaxNamedRdata = 1024;

    /// <summary>Writes a query whose fields of fixed length alone have changed: the client's bytes with other flags and another UDP size.</summary>
    /// <param name="query">The query.</param>
    /// <param name="destination">Where to.</param>
    /// <param name="length">How long the message is.</param>
    /// <returns>False when it does not fit.</returns>
    internal static bool TryPatch(Query query, Span<byte> destination, out int length)
    {
        ReadOnlySpan<byte> request = query.Request;
        length = request.Length;
        if (!request.TryCopyTo(destination))
        {
            return false;
        }

        query.Header.Write(destination);
        if (query.HasEdns)
        {
            BinaryPrimitives.WriteUInt16BigEndian(destination[query.ReceivedEdns.ClassOffset..], query.UdpSize);
        }

        return true;
    }

    /// <summary>Writes a query of which anything may have changed.</summary>
    /// <param name="query">The query.</param>
    /// <param name="destination">Where to.</param>
    /// <param name="length">How long the message is.</param>
    /// <returns>False when it does not fit, or a record of the request is malformed.</returns>
    internal static bool TryWrite(Query query, Span<byte> destination, out int length)
    {
        WireWriter writer = new(destination);
        DnsHeader header = query.Header;
        length = 0;
        if (!writer.TryWriteHeader(in header) || !writer.TryWriteQuestion(query.QuestionName, query.Type, query.Class))
        {
            return false;
        }

        int before = header.AnswerCount + header.AuthorityCount;
        int others = 0;
        WireReader reader = new(query.Request, DnsHeader.Length + query.AskedName.Length + 4);
        RecordView signature = default;
        for (int i = 0; i < before + header.AdditionalCount; i++)
        {
            if (!reader.TryReadRecord(out RecordView record))
            {
                return false;
            }

            if (record.Type == RecordType.OPT && i >= before)
            {
                continue;
            }

            others += i >= before ? 1 : 0;
            if (record.Type == RecordType.TSIG && i >= before)
            {
                signature = record;
            }
            else if (!TryCopy(ref writer, query.Request, in record))
            {
                return false;
            }
        }

        if ((query.HasEdns && !writer.TryWriteOpt(query.UdpSize, 0, 0, query.DnssecOk, query.Options)) ||
            (signature.Type == RecordType.TSIG && !TryCopy(ref writer, query.Request, in signature)))
        {
            return false;
        }

        header.AdditionalCount = (ushort)(others + (query.HasEdns ? 1 : 0));
        writer.SetHeader(in header);
        length = writer.Length;
        return true;
    }

    /// <summary>Copies a record, its names written out: they may point into the question that was replaced.</summary>
    private static bool TryCopy(ref WireWriter writer, ReadOnlySpan<byte> request, in RecordView record)
    {
        Span<byte> owner = stackalloc byte[DomainName.MaxWireLength];
        if (!CompressedName.TryExpand(request, record.OwnerOffset, owner, out int ownerLength, out _))
        {
            return false;
        }

        owner = owner[..ownerLength];
        if (!RdataNames.HasNames(record.Type))
        {
            return writer.TryWriteRecord(
                owner, record.Type, record.Class, record.TimeToLive, request.Slice(record.RdataOffset, record.RdataLength));
        }

        Span<byte> rdata = stackalloc byte[MaxNamedRdata];
        return RdataNames.TryExpandRdata(request, in record, rdata, out int length)
            && writer.TryWriteRecord(owner, record.Type, record.Class, record.TimeToLive, rdata[..length]);
    }
}
