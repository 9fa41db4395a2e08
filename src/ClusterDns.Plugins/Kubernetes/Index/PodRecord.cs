using System.Buffers.Binary;

namespace ClusterDns.Plugins.Kubernetes.Index;

/// <summary>
/// A Pod in the bytes of a <see cref="PodStore"/>: its flags, the length of its address, the address, the length of what names it, and
/// that; where it has labels that are kept, their length and them.
/// </summary>
internal readonly ref struct PodRecord
{
    private const int HeaderLength = 2;
    private const int LengthLength = 2;
    private const byte HeardFlag = 1;
    private const byte LabelsFlag = 2;

    private readonly ReadOnlySpan<byte> _bytes;

    /// <summary>A record.</summary>
    /// <param name="bytes">Bytes that begin with it.</param>
    public PodRecord(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <summary>Whether it was heard of in the last relist; the writer's.</summary>
    public bool IsHeard => (_bytes[0] & HeardFlag) != 0;

    /// <summary>The address, 4 or 16 bytes.</summary>
    public ReadOnlySpan<byte> Address => _bytes.Slice(HeaderLength, _bytes[1]);

    /// <summary>What names it: its namespace as one label in wire form, then its name.</summary>
    public ReadOnlySpan<byte> Name => GetCounted(HeaderLength + _bytes[1]);

    /// <summary>Its labels, as <see cref="PodLabels"/> has them; empty where none are kept.</summary>
    public ReadOnlySpan<byte> Labels
        => (_bytes[0] & LabelsFlag) != 0 ? GetCounted(HeaderLength + _bytes[1] + LengthLength + Name.Length) : default;

    /// <summary>Its namespace as one label in wire form.</summary>
    public ReadOnlySpan<byte> NamespaceLabel => Name[..(Name[0] + 1)];

    /// <summary>Its name within the namespace, in UTF-8.</summary>
    public ReadOnlySpan<byte> ShortName => Name[(Name[0] + 1)..];

    /// <summary>How many bytes it takes.</summary>
    public int Length => GetLength(Name, Address, Labels);

    /// <summary>How many bytes a record takes.</summary>
    /// <param name="name">What names the Pod.</param>
    /// <param name="address">The address.</param>
    /// <param name="labels">Its labels.</param>
    public static int GetLength(ReadOnlySpan<byte> name, ReadOnlySpan<byte> address, ReadOnlySpan<byte> labels)
        => HeaderLength + address.Length + LengthLength + name.Length + (labels.IsEmpty ? 0 : LengthLength + labels.Length);

    /// <summary>Writes a record, heard of.</summary>
    /// <param name="name">What names the Pod.</param>
    /// <param name="address">The address.</param>
    /// <param name="labels">Its labels.</param>
    /// <param name="bytes">Where it is written.</param>
    public static void Write(ReadOnlySpan<byte> name, ReadOnlySpan<byte> address, ReadOnlySpan<byte> labels, Span<byte> bytes)
    {
        bytes[0] = labels.IsEmpty ? HeardFlag : (byte)(HeardFlag | LabelsFlag);
        bytes[1] = (byte)address.Length;
        address.CopyTo(bytes[HeaderLength..]);
        Span<byte> rest = WriteCounted(name, bytes[(HeaderLength + address.Length)..]);
        if (!labels.IsEmpty)
        {
            WriteCounted(labels, rest);
        }
    }

    /// <summary>Notes whether a record was heard of.</summary>
    /// <param name="flags">The record's first byte.</param>
    /// <param name="isHeard">Whether it was.</param>
    public static void SetHeard(ref byte flags, bool isHeard)
        => flags = isHeard ? (byte)(flags | HeardFlag) : (byte)(flags & ~HeardFlag);

    private static Span<byte> WriteCounted(ReadOnlySpan<byte> value, Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)value.Length);
        value.CopyTo(bytes[LengthLength..]);
        return bytes[(LengthLength + value.Length)..];
    }

    private ReadOnlySpan<byte> GetCounted(int offset)
        => _bytes.Slice(offset + LengthLength, BinaryPrimitives.ReadUInt16BigEndian(_bytes[offset..]));
}
