using System.Buffers.Binary;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;

namespace ClusterDns.Plugins.Cache.Store;

/// <summary>
/// One response as it is kept. All records are in one array, one after the other, as type, class, rdata's length, owner
/// name's length, owner name and rdata, with every name written out, so that a hit copies no bytes and expands no names: the
/// response's records point into the array. An owner name of length 0 is the name that was asked.
/// </summary>
internal sealed class CacheEntry
{
    /// <summary>How many bytes precede a record's owner name.</summary>
    internal const int RecordHeader = 7;

    /// <summary>The records.</summary>
    public required byte[] Data { get; init; }

    /// <summary>How many records the answer section has.</summary>
    public required ushort AnswerCount { get; init; }

    /// <summary>How many records the authority section has.</summary>
    public required ushort AuthorityCount { get; init; }

    /// <summary>How many records the additional section has.</summary>
    public required ushort AdditionalCount { get; init; }

    /// <summary>The response code.</summary>
    public required ResponseCode Code { get; init; }

    /// <summary>RA of the response.</summary>
    public required bool RecursionAvailable { get; init; }

    /// <summary>AD of the response.</summary>
    public required bool AuthenticData { get; init; }

    /// <summary>The extended error's INFO-CODE (RFC 8914); null for none.</summary>
    public ushort? ExtendedErrorCode { get; init; }

    /// <summary>The extended error's EXTRA-TEXT.</summary>
    public ReadOnlyMemory<byte> ExtendedErrorText { get; init; }

    /// <summary>For how many seconds the response is kept; at least 1.</summary>
    public required uint TimeToLive { get; init; }

    /// <summary>When it was kept, in ticks of the clock.</summary>
    public required long StoredAt { get; init; }

    /// <summary>From when on it is kept no more, in ticks of the clock.</summary>
    public required long ExpiresAt { get; init; }

    /// <summary>Whether a time lies before the entry's end.</summary>
    /// <param name="now">The time, in ticks of the clock.</param>
    public bool IsFresh(long now) => now < ExpiresAt;

    /// <summary>Adds the records to a response that has none, and sets its flags but for AA.</summary>
    /// <param name="response">The response.</param>
    /// <param name="timeToLive">The TTL of every record.</param>
    public void CopyTo(Response response, uint timeToLive)
    {
        int position = 0;
        AddRecords(response.Answers, AnswerCount, timeToLive, ref position);
        AddRecords(response.Authority, AuthorityCount, timeToLive, ref position);
        AddRecords(response.Additional, AdditionalCount, timeToLive, ref position);
        response.RecursionAvailable = RecursionAvailable;
        response.AuthenticData = AuthenticData;
        if (ExtendedErrorCode is { } code)
        {
            response.SetExtendedError(code, ExtendedErrorText.Span);
        }
    }

    private void AddRecords(RecordList section, int count, uint timeToLive, ref int position)
    {
        byte[] data = Data;
        for (int i = 0; i < count; i++)
        {
            CachedRecord view = CachedRecord.Read(data, position);
            position = view.End;
            ResponseRecord record = new()
            {
                OwnerSource = view.OwnerLength == 0 ? null : data,
                OwnerOffset = view.OwnerOffset,
                RdataSource = data,
                RdataOffset = view.RdataOffset,
                RdataLength = view.RdataLength,
                Type = view.Type,
                Class = view.Class,
                TimeToLive = timeToLive,
            };

            // The list took as many when the response was made, so it takes them again.
            section.TryAdd(in record);
        }
    }
}

/// <summary>The positions of the parts of a kept record.</summary>
internal readonly struct CachedRecord
{
    private CachedRecord(ReadOnlySpan<byte> data, int position)
    {
        ReadOnlySpan<byte> header = data.Slice(position, CacheEntry.RecordHeader);
        Type = (RecordType)BinaryPrimitives.ReadUInt16LittleEndian(header);
        Class = (RecordClass)BinaryPrimitives.ReadUInt16LittleEndian(header[2..]);
        RdataLength = BinaryPrimitives.ReadUInt16LittleEndian(header[4..]);
        OwnerLength = header[6];
        OwnerOffset = position + CacheEntry.RecordHeader;
    }

    public RecordType Type { get; }

    public RecordClass Class { get; }

    public ushort RdataLength { get; }

    public byte OwnerLength { get; }

    public int OwnerOffset { get; }

    public int RdataOffset => OwnerOffset + OwnerLength;

    public int End => RdataOffset + RdataLength;

    public static CachedRecord Read(ReadOnlySpan<byte> data, int position) => new(data, position);
}
