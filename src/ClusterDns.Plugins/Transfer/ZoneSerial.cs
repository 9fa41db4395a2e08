using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Common;

namespace ClusterDns.Plugins.Transfer;

/// <summary>Serials of zones (RFC 1982).</summary>
internal static class ZoneSerial
{
    /// <summary>
    /// The serial under which a zone can be given away. A serial counts seconds: while its second lasts the zone may change again and
    /// have the same serial, and who took the zone before that would never ask again. So until then it goes under the serial before.
    /// </summary>
    /// <param name="source">The zone.</param>
    /// <param name="timeProvider">The clock.</param>
    public static uint GetSettled(IZoneSource source, TimeProvider timeProvider)
    {
        uint serial = source.Serial;
        return serial == (uint)timeProvider.GetUtcNow().ToUnixTimeSeconds() ? serial - 1 : serial;
    }

    /// <summary>Whether who has a serial needs no other (RFC 1995 section 2).</summary>
    /// <param name="held">What he has; 0 for none.</param>
    /// <param name="serial">What there is.</param>
    public static bool IsCurrent(uint held, uint serial) => held != 0 && (int)(held - serial) >= 0;

    /// <summary>Reads which serial a client has, out of the SOA in the authority section of an IXFR query (RFC 1995 section 3).</summary>
    /// <param name="query">The query.</param>
    /// <param name="serial">The serial.</param>
    /// <returns>False when there is no such SOA.</returns>
    public static bool TryRead(Query query, out uint serial)
    {
        const int typeAndClass = 4;
        serial = 0;
        WireReader reader = new(query.Request, DnsHeader.Length + query.AskedName.Length + typeAndClass);
        for (int i = 0; i < query.Header.AnswerCount; i++)
        {
            reader.TryReadRecord(out _);
        }

        if (query.Header.AuthorityCount != 1 || !reader.TryReadRecord(out RecordView record) || record.Type != RecordType.SOA)
        {
            return false;
        }

        WireReader rdata = new(query.Request, record.RdataOffset);
        return rdata.TrySkipName() && rdata.TrySkipName() && rdata.TryReadUInt32(out serial);
    }
}
