using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace ClusterDns.Core.Wire;

/// <summary>
/// SipHash-1-3 (Aumasson and Bernstein, 2012) under a key of 128 random bits that each process draws: whoever chooses the octets
/// cannot choose where they land in a table.
/// </summary>
public static class KeyedHash
{
    private static readonly SipKey ProcessKey = SipKey.Draw();

    /// <summary>The hash of octets, equal for equal octets within one process.</summary>
    /// <param name="octets">The octets.</param>
    public static ulong Of(ReadOnlySpan<byte> octets) => Compute<AsIs>(in ProcessKey, octets);

    /// <summary>The hash of octets, equal for octets that differ in ASCII case only (RFC 4343 section 3).</summary>
    /// <param name="octets">The octets.</param>
    internal static ulong OfFolded(ReadOnlySpan<byte> octets) => Compute<Folded>(in ProcessKey, octets);

    /// <summary>The hash under a key that is known.</summary>
    internal static ulong Of(in SipKey key, ReadOnlySpan<byte> octets) => Compute<AsIs>(in key, octets);

    private static ulong Compute<TCase>(in SipKey key, ReadOnlySpan<byte> octets)
        where TCase : struct, ICaseRule
    {
        int length = octets.Length;
        ref byte start = ref MemoryMarshal.GetReference(octets);
        State state = new(in key);
        int end = length & ~7;
        for (int i = 0; i < end; i += sizeof(ulong))
        {
            state.Absorb(TCase.Apply(ReadUInt64(ref start, i)));
        }

        state.Absorb(TCase.Apply(ReadTail(ref start, length)) | ((ulong)length << 56));
        return state.Finish();
    }

    /// <summary>The up to seven octets behind the last whole word, the first of them lowest.</summary>
    private static ulong ReadTail(ref byte start, int length)
    {
        int rest = length & 7;
        if (rest == 0)
        {
            return 0;
        }

        if (length >= sizeof(ulong))
        {
            // The word that ends with the last octet holds octets that were absorbed already; they are shifted out.
            return ReadUInt64(ref start, length - sizeof(ulong)) >> (8 * (sizeof(ulong) - rest));
        }

        ulong tail = 0;
        for (int i = rest - 1; i >= 0; i--)
        {
            tail = (tail << 8) | Unsafe.Add(ref start, i);
        }

        return tail;
    }

    private static ulong ReadUInt64(ref byte start, int offset)
    {
        ulong word = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref start, offset));
        return BitConverter.IsLittleEndian ? word : System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(word);
    }

    private interface ICaseRule
    {
        static abstract ulong Apply(ulong octets);
    }

    private readonly struct AsIs : ICaseRule
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static ulong Apply(ulong octets) => octets;
    }

    private readonly struct Folded : ICaseRule
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static ulong Apply(ulong octets) => CaseFolding.ToLower(octets);
    }

    private ref struct State
    {
        private ulong _v0;
        private ulong _v1;
        private ulong _v2;
        private ulong _v3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public State(in SipKey key)
        {
            _v0 = key.Low ^ 0x736f6d6570736575;
            _v1 = key.High ^ 0x646f72616e646f6d;
            _v2 = key.Low ^ 0x6c7967656e657261;
            _v3 = key.High ^ 0x7465646279746573;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Absorb(ulong word)
        {
            _v3 ^= word;
            Round();
            _v0 ^= word;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public ulong Finish()
        {
            _v2 ^= 0xFF;
            Round();
            Round();
            Round();
            return _v0 ^ _v1 ^ _v2 ^ _v3;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private void Round()
        {
            _v0 += _v1;
            _v2 += _v3;
            _v1 = BitOperations.RotateLeft(_v1, 13) ^ _v0;
            _v3 = BitOperations.RotateLeft(_v3, 16) ^ _v2;
            _v0 = BitOperations.RotateLeft(_v0, 32);
            _v2 += _v1;
            _v0 += _v3;
            _v1 = BitOperations.RotateLeft(_v1, 17) ^ _v2;
            _v3 = BitOperations.RotateLeft(_v3, 21) ^ _v0;
            _v2 = BitOperations.RotateLeft(_v2, 32);
        }
    }
}

/// <summary>The 128 bits of a SipHash key.</summary>
/// <param name="Low">The first eight octets, little-endian.</param>
/// <param name="High">The last eight octets, little-endian.</param>
internal readonly record struct SipKey(ulong Low, ulong High)
{
    /// <summary>A key that nobody can foretell.</summary>
    public static SipKey Draw()
    {
        Span<byte> bytes = stackalloc byte[2 * sizeof(ulong)];
        RandomNumberGenerator.Fill(bytes);
        return new SipKey(BitConverter.ToUInt64(bytes), BitConverter.ToUInt64(bytes[sizeof(ulong)..]));
    }
}
