using ClusterDns.Core.Pipeline;

namespace ClusterDns.Plugins.Common;

/// <summary>
/// What a plugin keeps for each zone and listener of its server block, metrics mostly: a block has few, so a walk along an array
/// finds them soonest. Finding takes no lock and allocates nothing.
/// </summary>
/// <typeparam name="T">What is kept.</typeparam>
/// <param name="create">Makes it, on first use.</param>
internal sealed class BlockTable<T>(Func<RouteInfo, T> create)
    where T : class
{
    private readonly Lock _lock = new();
    private (RouteInfo Block, T Value)[] _known = [];

    /// <summary>What is kept for a zone and listener; made on first use.</summary>
    /// <param name="block">The zone and listener.</param>
    public T For(RouteInfo block) => Find(Volatile.Read(ref _known), block) ?? Add(block);

    private static T? Find((RouteInfo Block, T Value)[] known, RouteInfo block)
    {
        foreach ((RouteInfo other, T value) in known)
        {
            if (ReferenceEquals(other, block))
            {
                return value;
            }
        }

        return null;
    }

    private T Add(RouteInfo block)
    {
        lock (_lock)
        {
            if (Find(_known, block) is { } other)
            {
                return other;
            }

            T added = create(block);
            Volatile.Write(ref _known, [.. _known, (block, added)]);
            return added;
        }
    }
}
