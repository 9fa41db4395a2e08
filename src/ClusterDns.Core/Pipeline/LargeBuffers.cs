namespace ClusterDns.Core.Pipeline;

/// <summary>
/// Pinned buffers for the rare message that outgrows a context's own. At most <see cref="MaxIdle"/> lie idle; beyond that the
/// garbage collector has them.
/// </summary>
internal static class LargeBuffers
{
    internal const int MaxIdle = 16;

    private const int Size = ResponseWriter.FramePrefix + ushort.MaxValue;

    private static readonly IdleSlots<byte[]> Idle = new(MaxIdle);

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
