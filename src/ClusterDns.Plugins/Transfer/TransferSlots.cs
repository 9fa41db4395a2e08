using System.Diagnostics.CodeAnalysis;
using ClusterDns.Core.Memory;
using ClusterDns.Core.Pipeline;

namespace ClusterDns.Plugins.Transfer;

/// <summary>Bounds how many transfers are under way at once: each holds a message or two until the client has taken everything.</summary>
/// <param name="memory">What the transfers of all server blocks may hold; each reserves <see cref="HeldBytes"/>.</param>
internal sealed class TransferSlots(MemoryShare memory)
{
    /// <summary>What a transfer holds beside what it queues: the largest message, and its place in the zone.</summary>
    public const int HeldBytes = 80 * 1024;

    /// <summary>How many: as many as BIND allows, and some.</summary>
    public const int Most = 16;

    private int _taken;

    /// <summary>How many are under way.</summary>
    public int Taken => Volatile.Read(ref _taken);

    /// <summary>Takes a slot, which the query gives back when it is over.</summary>
    /// <param name="slot">What the query is to hold.</param>
    /// <returns>False when all are taken.</returns>
    public bool TryTake([NotNullWhen(true)] out QueryResource? slot)
    {
        slot = null;
        if (Interlocked.Increment(ref _taken) > Most)
        {
            Interlocked.Decrement(ref _taken);
            return false;
        }

        if (!memory.TryReserve(HeldBytes))
        {
            Interlocked.Decrement(ref _taken);
            return false;
        }

        slot = new Slot(this);
        return true;
    }

    private void Release()
    {
        memory.Release(HeldBytes);
        Interlocked.Decrement(ref _taken);
    }

    private sealed class Slot(TransferSlots slots) : QueryResource
    {
        public override void Release() => slots.Release();
    }
}
