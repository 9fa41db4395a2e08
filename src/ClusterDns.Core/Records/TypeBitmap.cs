using System.Text;
using ClusterDns.Core.Wire;

namespace ClusterDns.Core.Records;

/// <summary>Bitmaps of record types (RFC 4034 section 4.1.2): windows in order, without empty ones and without trailing zeros.</summary>
internal static class TypeBitmap
{
    private const int MaxWindowLength = 32;
    private const int WindowHeader = 2;

    public static bool IsWellFormed(ReadOnlySpan<byte> bitmap)
    {
        int last = -1;
        while (!bitmap.IsEmpty)
        {
            if (bitmap.Length < WindowHeader || bitmap[0] <= last || bitmap[1] is 0 or > MaxWindowLength)
            {
                return false;
            }

            last = bitmap[0];
            int end = WindowHeader + bitmap[1];
            if (end > bitmap.Length || bitmap[end - 1] == 0)
            {
                return false;
            }

            bitmap = bitmap[end..];
        }

        return true;
    }

    /// <summary>Writes the mnemonics of a well-formed bitmap.</summary>
    public static void Append(StringBuilder text, ReadOnlySpan<byte> bitmap)
    {
        int start = text.Length;
        for (; !bitmap.IsEmpty; bitmap = bitmap[(WindowHeader + bitmap[1])..])
        {
            for (int bit = 0; bit < bitmap[1] * 8; bit++)
            {
                if ((bitmap[WindowHeader + (bit / 8)] & (0x80 >> (bit % 8))) != 0)
                {
                    text.Append(text.Length > start ? " " : "").Append(RecordTypes.ToText((RecordType)((bitmap[0] << 8) | bit)));
                }
            }
        }
    }

    /// <summary>Reads mnemonics up to the end.</summary>
    /// <returns>What is wrong; null when nothing is.</returns>
    public static string? Read(ref RdataTextReader words, ref WireWriter writer)
    {
        Span<byte> bits = stackalloc byte[(ushort.MaxValue + 1) / 8];
        bits.Clear();
        while (!words.IsAtEnd)
        {
            if (!words.TryRead(out ReadOnlySpan<char> word, out bool isQuoted))
            {
                return RdataTextReader.Unfinished;
            }

            if (isQuoted || !RecordTypes.TryParse(word, out RecordType type))
            {
                return $"'{word}' is not a record type";
            }

            bits[(ushort)type / 8] |= (byte)(0x80 >> ((ushort)type % 8));
        }

        for (int window = 0; window <= byte.MaxValue; window++)
        {
            ReadOnlySpan<byte> part = bits.Slice(window * MaxWindowLength, MaxWindowLength);
            int length = part.LastIndexOfAnyExcept((byte)0) + 1;
            if (length > 0 && !(writer.TryWriteByte((byte)window) && writer.TryWriteByte((byte)length) && writer.TryWriteBytes(part[..length])))
            {
                return RdataTextReader.TooLong;
            }
        }

        return null;
    }
}
