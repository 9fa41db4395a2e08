using ClusterDns.Core.Memory;

namespace ClusterDns.Core.Pipeline;

/// <summary>
/// Pinned buffers for the rare message that outgrows a context's own. At most <see cref="MostIdle"/> lie idle; beyond that the
/// garbage collector has them.
/// </summary>
internal static class LargeBuffers
{
    private const int Size = ResponseWriter.FramePrefix + ushort.MaxValue;

    private static readonly IdleSlots<byte[]> Idle = new(PoolSizes.Largest.LargeBuffers);

    /// <summary>How many lie idle at most.</summary>
    internal static int MostIdle
    {
        get => Idle.Most;
        set => Idle.Most = value;
    }

    internal static byte[] Rent() => Idle.Take() ?? GC.AllocateUninitializedArray<byte>(Size, pinned: true);

    /// <summary>Takes a buffer back; one of another size is a context's own and is left alone.</summary>
    internal static void Return(byte[] buffer)
    {
        if (buffer.Length == Size)
        {
            Idle.Give(buffer);
        }
    }
}
