using System.Buffers.Binary;
using ClusterDns.Core.Wire;

namespace ClusterDns.Core.Records;

/// <summary>The rdata of an SOA record (RFC 1035 3.3.13), names in wire form without compression.</summary>
public ref struct SoaRdata
{
    /// <summary>The most octets that an SOA record's rdata has.</summary>
    public const int MaxLength = (2 * DomainName.MaxWireLength) + NumbersLength;

    private const int NumbersLength = 20;

    /// <summary>MNAME: the server from which the zone comes.</summary>
    public ReadOnlySpan<byte> PrimaryServer;

    /// <summary>RNAME: the mailbox of who is responsible, its at sign written as a dot.</summary>
    public ReadOnlySpan<byte> Mailbox;

    /// <summary>The zone's version.</summary>
    public uint Serial;

    /// <summary>Seconds between a secondary's questions for a new version.</summary>
    public uint Refresh;

    /// <summary>Seconds before a question that failed is asked again.</summary>
    public uint Retry;

    /// <summary>Seconds after which a secondary that gets no answer gives the zone up.</summary>
    public uint Expire;

    /// <summary>The most seconds that a negative answer is kept (RFC 2308 4).</summary>
    public uint Minimum;

    /// <summary>Reads uncompressed rdata, its names in place.</summary>
    public static bool TryRead(ReadOnlySpan<byte> rdata, out SoaRdata soa)
    {
        soa = default;
        if (!DomainName.TryGetLength(rdata, out int primary)
            || !DomainName.TryGetLength(rdata[primary..], out int mailbox)
            || rdata.Length != primary + mailbox + NumbersLength)
        {
            return false;
        }

        ReadOnlySpan<byte> numbers = rdata[(primary + mailbox)..];
        soa.PrimaryServer = rdata[..primary];
        soa.Mailbox = rdata.Slice(primary, mailbox);
        soa.Serial = BinaryPrimitives.ReadUInt32BigEndian(numbers);
        soa.Refresh = BinaryPrimitives.ReadUInt32BigEndian(numbers[4..]);
        soa.Retry = BinaryPrimitives.ReadUInt32BigEndian(numbers[8..]);
        soa.Expire = BinaryPrimitives.ReadUInt32BigEndian(numbers[12..]);
        soa.Minimum = BinaryPrimitives.ReadUInt32BigEndian(numbers[16..]);
        return true;
    }

    /// <summary>Writes the rdata; false when <paramref name="rdata"/> is too short.</summary>
    public readonly bool TryWrite(Span<byte> rdata, out int length)
    {
        length = 0;
        int names = PrimaryServer.Length + Mailbox.Length;
        if (rdata.Length < names + NumbersLength)
        {
            return false;
        }

        PrimaryServer.CopyTo(rdata);
        Mailbox.CopyTo(rdata[PrimaryServer.Length..]);
        Span<byte> numbers = rdata[names..];
        BinaryPrimitives.WriteUInt32BigEndian(numbers, Serial);
        BinaryPrimitives.WriteUInt32BigEndian(numbers[4..], Refresh);
        BinaryPrimitives.WriteUInt32BigEndian(numbers[8..], Retry);
        BinaryPrimitives.WriteUInt32BigEndian(numbers[12..], Expire);
        BinaryPrimitives.WriteUInt32BigEndian(numbers[16..], Minimum);
        length = names + NumbersLength;
        return true;
    }
}
