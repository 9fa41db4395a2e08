using ClusterDns.Core.Memory;

namespace ClusterDns.Core.Pipeline;

/// <summary>
/// Pinned buffers for the rare message that outgrows a context's own. A bounded number lies idle.
/// </summary>
internal static class LargeBuffers
{
    private const int Size = ResponseWriter.FramePrefix + ushort.MaxValue;

    /// <summary>Those that lie idle.</summary>
    internal static IdleStack<byte[]> Idle { get; } = new(PoolSizes.Largest.LargeBuffers);

    internal static byte[] Rent() => Idle.Take() ?? GC.AllocateUninitializedArray<byte>(Size, pinned: true);

    /// <summary>Takes a buffer back; one of another size is a context's own and is left alone.</summary>
    internal static void Return(byte[] buffer)
    {
        if (buffer.Length == Size)
        {
            Idle.Return(buffer);
        }
    }
}
