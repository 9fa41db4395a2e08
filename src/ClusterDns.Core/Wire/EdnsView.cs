namespace ClusterDns.Core.Wire;

/// <summary>What a message's OPT record says, its options in place (RFC 6891 6.1).</summary>
public struct EdnsView
{
    private const uint DnssecOkBit = 0x8000;

    /// <summary>Whether the message has an OPT record; if not, the rest is zero.</summary>
    public bool Present;

    /// <summary>The sender's UDP payload size as sent; values below 512 mean 512 (RFC 6891 6.2.3).</summary>
    public ushort UdpSize;

    /// <summary>The upper eight bits of the response code.</summary>
    public byte ExtendedRcode;

    /// <summary>The EDNS version; this server implements 0.</summary>
    public byte Version;

    /// <summary>The flag DO: the client wants DNSSEC's records (RFC 3225).</summary>
    public bool DnssecOk;

    /// <summary>Where in the message the OPT record's owner name begins.</summary>
    public int RecordOffset;

    /// <summary>Where in the message the options begin.</summary>
    public int OptionsOffset;

    /// <summary>The length of all options in octets.</summary>
    public int OptionsLength;

    /// <summary>Where in the message the OPT record's class and TTL begin, so that they can be patched.</summary>
    public readonly int ClassOffset => RecordOffset + 3;

    /// <summary>The options of <paramref name="message"/>, the one this was read from.</summary>
    public readonly ReadOnlySpan<byte> Options(ReadOnlySpan<byte> message) =>
        message.Slice(OptionsOffset, OptionsLength);

    /// <summary>Reads an OPT record, which must belong to the root and hold nothing but whole options.</summary>
    public static bool TryRead(ReadOnlySpan<byte> message, in RecordView record, out EdnsView edns)
    {
        edns = default;
        if (record.Type != RecordType.OPT
            || message[record.OwnerOffset] != 0
            || !EdnsOptionReader.IsWellFormed(message.Slice(record.RdataOffset, record.RdataLength)))
        {
            return false;
        }

        edns.Present = true;
        edns.UdpSize = (ushort)record.Class;
        edns.ExtendedRcode = (byte)(record.TimeToLive >> 24);
        edns.Version = (byte)(record.TimeToLive >> 16);
        edns.DnssecOk = (record.TimeToLive & DnssecOkBit) != 0;
        edns.RecordOffset = record.OwnerOffset;
        edns.OptionsOffset = record.RdataOffset;
        edns.OptionsLength = record.RdataLength;
        return true;
    }
}
