using ClusterDns.Core.Memory;
using ClusterDns.Listeners;

namespace ClusterDns.Memory;

/// <summary>Has the bound on waiting queries follow its share of memory, and counts what they take there. For one thread at a time.</summary>
/// <param name="share">The share.</param>
/// <param name="bound">The bound.</param>
internal sealed class WaitingMemory(MemoryShare share, WaitBound bound)
{
    private long _counted;

    /// <summary>Takes over the share's limit as it is now.</summary>
    public void Follow()
    {
        bound.Limit = Math.Min(WaitBound.DefaultLimit, WaitBound.GetLimit(share.Limit));
        long used = bound.Count * (long)WaitBound.BytesPerQuery;
        share.Reserve(used - _counted);
        _counted = used;
    }
}
