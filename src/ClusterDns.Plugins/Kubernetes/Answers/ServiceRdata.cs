using System.Buffers.Binary;

namespace ClusterDns.Plugins.Kubernetes.Answers;

/// <summary>The rdata of an SRV record (RFC 2782): priority, weight and port, and then the target.</summary>
internal static class ServiceRdata
{
    /// <summary>How many bytes precede the target.</summary>
    public const int FieldsLength = 6;

    /// <summary>Writes what precedes the target; all targets have one priority.</summary>
    /// <param name="rdata">Where it is written.</param>
    /// <param name="weight">The weight.</param>
    /// <param name="port">The port, 0 to 65535.</param>
    public static void WriteFields(Span<byte> rdata, ushort weight, int port)
    {
        BinaryPrimitives.WriteUInt16BigEndian(rdata, 0);
        BinaryPrimitives.WriteUInt16BigEndian(rdata[2..], weight);
        BinaryPrimitives.WriteUInt16BigEndian(rdata[4..], (ushort)port);
    }
}
