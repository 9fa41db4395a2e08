namespace ClusterDns.Plugins.Cache.Store;

/// <summary>Nodes in the order in which they came. The writer's only.</summary>
internal struct CacheQueue
{
    private CacheNode? _oldest;
    private CacheNode? _youngest;

    /// <summary>How many nodes there are.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a node that is in no queue.</summary>
    public void Add(CacheNode node)
    {
        if (_youngest is null)
        {
            _oldest = node;
        }
        else
        {
            _youngest.NextInQueue = node;
        }

        _youngest = node;
        Count++;
    }

    /// <summary>Takes the oldest node out; there must be one.</summary>
    public CacheNode Take()
    {
        CacheNode node = _oldest!;
        _oldest = node.NextInQueue;
        if (_oldest is null)
        {
            _youngest = null;
        }

        // An old node must not hold on to younger ones, or the garbage collector keeps them all.
        node.NextInQueue = null;
        Count--;
        return node;
    }
}
