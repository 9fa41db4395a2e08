using System.Buffers.Binary;
using ClusterDns.Core.Wire;

namespace ClusterDns.Core.Records;

/// <summary>The rdata of an SRV record (RFC 2782), its target in wire form without compression.</summary>
public ref struct SrvRdata
{
    /// <summary>The most octets that an SRV record's rdata has.</summary>
    public const int MaxLength = NumbersLength + DomainName.MaxWireLength;

    private const int NumbersLength = 6;

    /// <summary>Targets of lower priority are tried first.</summary>
    public ushort Priority;

    /// <summary>The share of a target among those of its priority.</summary>
    public ushort Weight;

    /// <summary>The service's port.</summary>
    public ushort Port;

    /// <summary>The host that offers the service.</summary>
    public ReadOnlySpan<byte> Target;

    /// <summary>Reads uncompressed rdata, its target in place.</summary>
    public static bool TryRead(ReadOnlySpan<byte> rdata, out SrvRdata srv)
    {
        srv = default;
        if (rdata.Length < NumbersLength || !DomainName.IsValid(rdata[NumbersLength..]))
        {
            return false;
        }

        srv.Priority = BinaryPrimitives.ReadUInt16BigEndian(rdata);
        srv.Weight = BinaryPrimitives.ReadUInt16BigEndian(rdata[2..]);
        srv.Port = BinaryPrimitives.ReadUInt16BigEndian(rdata[4..]);
        srv.Target = rdata[NumbersLength..];
        return true;
    }

    /// <summary>Writes the rdata; false when <paramref name="rdata"/> is too short.</summary>
    public readonly bool TryWrite(Span<byte> rdata, out int length)
    {
        length = 0;
        if (rdata.Length < NumbersLength + Target.Length)
        {
            return false;
        }

        BinaryPrimitives.WriteUInt16BigEndian(rdata, Priority);
        BinaryPrimitives.WriteUInt16BigEndian(rdata[2..], Weight);
        BinaryPrimitives.WriteUInt16BigEndian(rdata[4..], Port);
        Target.CopyTo(rdata[NumbersLength..]);
        length = NumbersLength + Target.Length;
        return true;
    }
}
