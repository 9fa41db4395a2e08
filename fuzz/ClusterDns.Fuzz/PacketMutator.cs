using System.Buffers.Binary;
using ClusterDns.Core.Wire;

namespace ClusterDns.Fuzz;

/// <summary>Spoils queries, the same way again for the same seed.</summary>
/// <param name="corpus">What to begin with.</param>
/// <param name="seed">The seed.</param>
internal sealed class PacketMutator(IReadOnlyList<byte[]> corpus, int seed)
{
    /// <summary>The longest packet that is made.</summary>
    public const int MaxLength = 2048;

    private static readonly byte[] Boundaries = [0, 1, 0x3F, 0x40, 0x7F, 0x80, 0xBF, 0xC0, 0xC1, 0xFE, 0xFF, 12, 41, 250];

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Security", "CA5394", Justification = "A run must be repeatable.")]
    private readonly Random _random = new(seed);

    /// <summary>Writes the next packet.</summary>
    /// <param name="packet">Where to; <see cref="MaxLength"/> bytes.</param>
    /// <returns>Its length.</returns>
    public int Next(Span<byte> packet)
    {
        byte[] query = corpus[Below(corpus.Count)];
        query.CopyTo(packet);
        int length = query.Length;

        // One in sixteen stays whole, so that the answers of valid queries are looked at as well.
        int mutations = Below(16) == 0 ? 0 : 1 + Below(4);
        for (int i = 0; i < mutations && length > 0; i++)
        {
            length = Mutate(packet, length);
        }

        return length;
    }

    private int Mutate(Span<byte> packet, int length)
    {
        switch (Below(12))
        {
            case 0:
                packet[Below(length)] ^= (byte)(1 << Below(8));
                return length;
            case 1:
                packet[Below(length)] = Boundaries[Below(Boundaries.Length)];
                return length;
            case 2:
                packet[Below(length)] = (byte)Below(256);
                return length;
            case 3:
                return Below(length + 1);
            case 4:
                return Extend(packet, length);
            case 5:
                return Splice(packet, length);
            case 6 when length >= DnsHeader.Length:
                // A count of the header.
                packet[4 + Below(8)] = (byte)Below(4);
                return length;
            case 7 when length >= DnsHeader.Length + 2:
                // A pointer somewhere, forwards, backwards or to itself.
                int at = DnsHeader.Length + Below(length - DnsHeader.Length - 1);
                BinaryPrimitives.WriteUInt16BigEndian(packet[at..], (ushort)(0xC000 | Below(length + 4)));
                return length;
            case 8 when length >= DnsHeader.Length:
                return AppendRecord(packet, length, RecordType.OPT);
            case 9 when length >= DnsHeader.Length:
                return AppendRecord(packet, length, Below(2) == 0 ? RecordType.TSIG : (RecordType)Below(300));
            case 10 when length > 2:
                // Bytes taken out.
                int from = Below(length - 1);
                int count = 1 + Below(Math.Min(8, length - from));
                packet[(from + count)..length].CopyTo(packet[from..]);
                return length - count;
            default:
                packet[2 + Below(Math.Max(1, Math.Min(2, length - 2)))] = (byte)Below(256);
                return length;
        }
    }

    private int Extend(Span<byte> packet, int length)
    {
        int added = Math.Min(Below(64), MaxLength - length);
        for (int i = 0; i < added; i++)
        {
            packet[length + i] = (byte)Below(256);
        }

        return length + added;
    }

    private int Splice(Span<byte> packet, int length)
    {
        byte[] other = corpus[Below(corpus.Count)];
        int cut = Below(length);
        int from = Below(other.Length);
        int taken = Math.Min(other.Length - from, MaxLength - cut);
        other.AsSpan(from, taken).CopyTo(packet[cut..]);
        return cut + taken;
    }

    private int AppendRecord(Span<byte> packet, int length, RecordType type)
    {
        int rdata = Below(40);
        if (length + 11 + rdata > MaxLength)
        {
            return length;
        }

        Span<byte> record = packet[length..];
        record[0] = 0;
        BinaryPrimitives.WriteUInt16BigEndian(record[1..], (ushort)type);
        BinaryPrimitives.WriteUInt16BigEndian(record[3..], (ushort)Below(65536));
        BinaryPrimitives.WriteUInt32BigEndian(record[5..], Below(3) == 0 ? (uint)Below(int.MaxValue) : 0);
        BinaryPrimitives.WriteUInt16BigEndian(record[9..], (ushort)(rdata + Below(5) - 2));
        for (int i = 0; i < rdata; i++)
        {
            record[11 + i] = (byte)Below(16);
        }

        packet[11]++;
        return length + 11 + rdata;
    }

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Security", "CA5394", Justification = "A run must be repeatable.")]
    private int Below(int bound) => _random.Next(bound);
}
