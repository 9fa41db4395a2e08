using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ClusterDns.Core.Wire;

/// <summary>
/// Comparing and lowering octets without regard to ASCII case (RFC 4343). A whole wire-form name may be
/// folded at once: its length octets are below 64, and 'A' is 65.
/// </summary>
internal static class CaseFolding
{
    public static bool Equals(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        int length = left.Length;
        if (length != right.Length)
        {
            return false;
        }

        ref byte a = ref MemoryMarshal.GetReference(left);
        ref byte b = ref MemoryMarshal.GetReference(right);
        if (length >= Vector128<byte>.Count)
        {
            // The last block overlaps the one before, which costs less than a scalar tail.
            nuint last = (nuint)(length - Vector128<byte>.Count);
            for (nuint i = 0; i < last; i += (nuint)Vector128<byte>.Count)
            {
                if (ToLower(Vector128.LoadUnsafe(ref a, i)) != ToLower(Vector128.LoadUnsafe(ref b, i)))
                {
                    return false;
                }
            }

            return ToLower(Vector128.LoadUnsafe(ref a, last)) == ToLower(Vector128.LoadUnsafe(ref b, last));
        }

        Gather(ref a, length, out ulong leftLow, out ulong leftHigh);
        Gather(ref b, length, out ulong rightLow, out ulong rightHigh);
        return ((ToLower(leftLow) ^ ToLower(rightLow)) | (ToLower(leftHigh) ^ ToLower(rightHigh))) == 0;
    }

    /// <summary>Writes the lower-case form; source and destination may be the same octets.</summary>
    public static void ToLower(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        int length = source.Length;
        _ = destination[..length];
        ref byte from = ref MemoryMarshal.GetReference(source);
        ref byte to = ref MemoryMarshal.GetReference(destination);
        int i = 0;
        for (; i <= length - Vector128<byte>.Count; i += Vector128<byte>.Count)
        {
            ToLower(Vector128.LoadUnsafe(ref from, (nuint)i)).StoreUnsafe(ref to, (nuint)i);
        }

        for (; i <= length - sizeof(ulong); i += sizeof(ulong))
        {
            Unsafe.WriteUnaligned(ref Unsafe.Add(ref to, i), ToLower(ReadUInt64(ref from, i)));
        }

        for (; i < length; i++)
        {
            byte octet = Unsafe.Add(ref from, i);
            Unsafe.Add(ref to, i) = (uint)(octet - 'A') < 26 ? (byte)(octet | 0x20) : octet;
        }
    }

    private static Vector128<byte> ToLower(Vector128<byte> octets)
    {
        // Shifts 'A' to the least signed octet, so that one signed comparison finds 'A' to 'Z'.
        Vector128<sbyte> shifted = (octets + Vector128.Create((byte)(0x80 - 'A'))).AsSByte();
        Vector128<byte> upper = Vector128.LessThan(shifted, Vector128.Create((sbyte)(-128 + 26))).AsByte();
        return octets | (upper & Vector128.Create((byte)0x20));
    }

    /// <summary>Eight octets in lower case.</summary>
    public static ulong ToLower(ulong octets)
    {
        const ulong ones = 0x0101010101010101;
        ulong low = octets & (0x7F * ones);
        ulong fromA = low + ((0x80 - 'A') * ones);
        ulong aboveZ = low + ((0x7F - 'Z') * ones);
        ulong upper = (fromA ^ aboveZ) & ~octets & (0x80 * ones);
        return octets | (upper >> 2);
    }

    /// <summary>Up to 15 octets in two words; for a given length, words are equal exactly when the octets are.</summary>
    private static void Gather(ref byte start, int length, out ulong low, out ulong high)
    {
        if (length >= sizeof(ulong))
        {
            low = ReadUInt64(ref start, 0);
            high = ReadUInt64(ref start, length - sizeof(ulong));
        }
        else if (length >= sizeof(uint))
        {
            low = Unsafe.ReadUnaligned<uint>(ref start);
            high = Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref start, length - sizeof(uint)));
        }
        else
        {
            low = 0;
            for (int i = 0; i < length; i++)
            {
                low = (low << 8) | Unsafe.Add(ref start, i);
            }

            high = 0;
        }
    }

    private static ulong ReadUInt64(ref byte start, int offset) =>
        Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref start, offset));
}
