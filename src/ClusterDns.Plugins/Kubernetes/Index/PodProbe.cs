namespace ClusterDns.Plugins.Kubernetes.Index;

/// <summary>Walks over the places of a hash table of Pods that those of one hash may have.</summary>
internal ref struct PodProbe
{
    /// <summary>Marks a place that was never used; a table always has such places.</summary>
    public const int Empty = 0;

    /// <summary>Marks a place from which something was removed.</summary>
    public const int Removed = -1;

    private readonly int[] _slots;
    private int _next;

    /// <summary>A walk.</summary>
    /// <param name="slots">The table; a power of two.</param>
    /// <param name="hash">The hash.</param>
    public PodProbe(int[] slots, ulong hash)
    {
        _slots = slots;
        _next = (int)hash & (slots.Length - 1);
    }

    /// <summary>The place of what <see cref="TryNext"/> found last, or of where it ended.</summary>
    public int Slot { get; private set; }

    /// <summary>The next location.</summary>
    /// <param name="location">The location, more than 0.</param>
    /// <returns>False at the end.</returns>
    public bool TryNext(out int location)
    {
        do
        {
            Slot = _next;
            _next = (_next + 1) & (_slots.Length - 1);
            location = Volatile.Read(ref _slots[Slot]);
        }
        while (location == Removed);

        return location != Empty;
    }
}
