using System.Buffers.Binary;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;

namespace ClusterDns.Plugins.Cache;

/// <summary>For how long a denial holds (RFC 2308 section 5).</summary>
internal static class NegativeTimeToLive
{
    private const int MinimumLength = sizeof(uint);

    /// <summary>The lowest of TTL and MINIMUM of the SOA records, in seconds; <see cref="uint.MaxValue"/> where there is none.</summary>
    /// <param name="authority">The authority section.</param>
    public static uint Of(RecordList authority)
    {
        uint seconds = uint.MaxValue;
        foreach (ref readonly ResponseRecord record in authority.Span)
        {
            if (record.Type == RecordType.SOA && record.RdataLength >= MinimumLength)
            {
                // MINIMUM is last, whether the names before it are compressed or not.
                uint minimum = BinaryPrimitives.ReadUInt32BigEndian(record.Rdata[^MinimumLength..]);
                seconds = Math.Min(seconds, Math.Min(record.TimeToLive, minimum));
            }
        }

        return seconds;
    }
}
