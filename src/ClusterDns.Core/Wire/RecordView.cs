namespace ClusterDns.Core.Wire;

/// <summary>Where a resource record's parts lie in a message (RFC 1035 4.1.3). All offsets are from its start.</summary>
public struct RecordView
{
    /// <summary>Where the owner name begins; it may be compressed.</summary>
    public int OwnerOffset;

    /// <summary>The record's type.</summary>
    public RecordType Type;

    /// <summary>The record's class; in an OPT record, the sender's UDP payload size.</summary>
    public RecordClass Class;

    /// <summary>The time to live in seconds; in an OPT record, extended response code, version and flags.</summary>
    public uint TimeToLive;

    /// <summary>Where the time to live's four octets lie, so that they can be patched.</summary>
    public int TimeToLiveOffset;

    /// <summary>Where the rdata begins; names in it may be compressed.</summary>
    public int RdataOffset;

    /// <summary>The rdata's length in octets; it lies wholly within the message.</summary>
    public int RdataLength;

    /// <summary>The offset of what follows the record.</summary>
    public readonly int End => RdataOffset + RdataLength;
}
