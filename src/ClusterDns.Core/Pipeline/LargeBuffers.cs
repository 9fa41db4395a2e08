namespace ClusterDns.Core.Pipeline;

/// <summary>
/// Pinned buffers for the rare message that outgrows a context's own. At most <see cref="MaxIdle"/> lie idle; beyond that the
/// garbage collector has them.
/// </summary>
internal static class LargeBuffers
{
    internal const int MaxIdle = 16;

    private const int Size = ResponseWriter.FramePrefix + ushort.MaxValue;

    private static readonly byte[]?[] Idle = new byte[MaxIdle][];

    internal static byte[] Rent()
    {
        for (int i = 0; i < Idle.Length; i++)
        {
            if (Idle[i] is not null && Interlocked.Exchange(ref Idle[i], null) is { } buffer)
            {
                return buffer;
            }
        }

        return GC.AllocateUninitializedArray<byte>(Size, pinned: true);
    }

    /// <summary>Takes a buffer back; one of another size is a context's own and is left alone.</summary>
    internal static void Return(byte[] buffer)
    {
        if (buffer.Length != Size)
        {
            return;
        }

        for (int i = 0; i < Idle.Length; i++)
        {
            if (Idle[i] is null && Interlocked.CompareExchange(ref Idle[i], buffer, null) is null)
            {
                return;
            }
        }
    }
}
