using System.Buffers.Binary;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;

namespace ClusterDns.Plugins.Cache.Store;

/// <summary>Writes a response's records in the form in which <see cref="CacheEntry"/> keeps them.</summary>
internal static class EntryPacker
{
    /// <summary>The most bytes of records that are kept of one response; it keeps entries off the large object heap.</summary>
    public const int MaxLength = 32 * 1024;

    /// <summary>Packs all records of a response.</summary>
    /// <param name="query">The query with its response.</param>
    /// <param name="destination">Where to.</param>
    /// <param name="length">How many bytes were written.</param>
    /// <returns>False when they do not fit.</returns>
    public static bool TryPack(Query query, Span<byte> destination, out int length)
    {
        length = 0;
        for (ResponseSection section = ResponseSection.Answer; section <= ResponseSection.Additional; section++)
        {
            foreach (ref readonly ResponseRecord record in query.Response[section].Span)
            {
                if (!TryPack(query, in record, destination[length..], out int written))
                {
                    return false;
                }

                length += written;
            }
        }

        return true;
    }

    private static bool TryPack(Query query, ref readonly ResponseRecord record, Span<byte> destination, out int written)
    {
        written = 0;
        if (destination.Length < CacheEntry.RecordHeader + DomainName.MaxWireLength)
        {
            return false;
        }

        ReadOnlySpan<byte> owner = record.Owner;
        if (DomainName.Equals(owner, query.Name))
        {
            owner = default;
        }

        owner.CopyTo(destination[CacheEntry.RecordHeader..]);
        BinaryPrimitives.WriteUInt16LittleEndian(destination, (ushort)record.Type);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[2..], (ushort)record.Class);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[4..], record.RdataLength);
        destination[6] = (byte)owner.Length;
        written = CacheEntry.RecordHeader + owner.Length + record.RdataLength;
        return record.Rdata.TryCopyTo(destination[(CacheEntry.RecordHeader + owner.Length)..]);
    }
}
