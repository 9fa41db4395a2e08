using System.Diagnostics.CodeAnalysis;
using ClusterDns.Core.Pipeline;

namespace ClusterDns.Plugins.Transfer;

/// <summary>Bounds how many transfers are under way at once: each holds a message or two until the client has taken everything.</summary>
internal sealed class TransferSlots
{
    /// <summary>How many: as many as BIND allows, and some.</summary>
    public const int Most = 16;

    private int _taken;

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

        slot = new Slot(this);
        return true;
    }

    private sealed class Slot(TransferSlots slots) : QueryResource
    {
        public override void Release() => Interlocked.Decrement(ref slots._taken);
    }
}
