using System.Buffers.Binary;

namespace ClusterDns.Plugins.Kubernetes.Index;

/// <summary>Hashes keys, eight bytes at a time. Keys are a cluster's own names and addresses, which no client chooses.</summary>
internal static class WireTableHash
{
    private const ulong Multiplier = 0x9E3779B97F4A7C15;

    /// <summary>The hash of a key.</summary>
    /// <param name="key">The key.</param>
    public static ulong Of(ReadOnlySpan<byte> key)
    {
        ulong hash = (ulong)key.Length * Multiplier;
        while (key.Length >= sizeof(ulong))
        {
            hash = Mix(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(key));
            key = key[sizeof(ulong)..];
        }

        ulong rest = 0;
        foreach (byte octet in key)
        {
            rest = (rest << 8) | octet;
        }

        return Mix(hash ^ rest);
    }

    private static ulong Mix(ulong value)
    {
        UInt128 product = (UInt128)value * Multiplier;
        return (ulong)product ^ (ulong)(product >> 64);
    }
}
