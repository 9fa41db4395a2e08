using System.Runtime.InteropServices;
using ClusterDns.Core.Wire;

namespace ClusterDns.Core.Pipeline;

/// <summary>The sections that hold records (RFC 1035 section 4.1).</summary>
public enum ResponseSection : byte
{
    /// <summary>Records that answer the question.</summary>
    Answer,

    /// <summary>Records that name an authority, or the SOA of a negative answer (RFC 2308).</summary>
    Authority,

    /// <summary>Records that may help. The OPT record is never here: it is written for each client.</summary>
    Additional,
}

/// <summary>
/// One record of a response: the positions of its owner name and rdata, not the bytes themselves. The arrays belong to whoever
/// made the record (an index, a cache entry, the response's arena, an upstream's message) and are not changed while the
/// response lives.
/// </summary>
[StructLayout(LayoutKind.Auto)]
public struct ResponseRecord
{
    /// <summary>
    /// The array that holds the owner name, in wire form and uncompressed; null where the owner is the name that was asked, in the client's case.
    /// </summary>
    public byte[]? OwnerSource;

    /// <summary>Where the owner name starts in <see cref="OwnerSource"/>.</summary>
    public int OwnerOffset;

    /// <summary>The array that holds the rdata, with names uncompressed.</summary>
    public byte[] RdataSource;

    /// <summary>Where the rdata starts in <see cref="RdataSource"/>.</summary>
    public int RdataOffset;

    /// <summary>How many bytes of rdata there are.</summary>
    public ushort RdataLength;

    /// <summary>The record's type.</summary>
    public RecordType Type;

    /// <summary>The record's class.</summary>
    public RecordClass Class;

    /// <summary>The time to live in seconds (RFC 2181 section 8: 0 to 2^31-1).</summary>
    public uint TimeToLive;

    /// <summary>The owner name in wire form; empty where it is the name that was asked.</summary>
    public readonly ReadOnlySpan<byte> Owner
        => OwnerSource is not null && DomainName.TryGetLength(OwnerSource.AsSpan(OwnerOffset), out int length)
            ? OwnerSource.AsSpan(OwnerOffset, length)
            : default;

    /// <summary>The rdata, with names uncompressed.</summary>
    public readonly ReadOnlySpan<byte> Rdata => RdataSource.AsSpan(RdataOffset, RdataLength);
}
