namespace ClusterDns.Core.Memory;

/// <summary>Which memory a share counts.</summary>
public enum MemoryKind
{
    /// <summary>The garbage-collected heap, which the runtime limits to 75 % of a container's memory.</summary>
    Managed,

    /// <summary>Memory outside the heap: kernel socket buffers, native allocations.</summary>
    Native,
}

/// <summary>What happens to a share when cluster data or a file reload needs more than its own share.</summary>
public enum MemoryPriority
{
    /// <summary>The share keeps its limit.</summary>
    Fixed,

    /// <summary>The share lends what it does not use and shrinks to an eighth of its limit.</summary>
    Elastic,

    /// <summary>The share may borrow from the elastic shares, and is refused when they have nothing left.</summary>
    Borrowing,

    /// <summary>The share gets what the others leave, borrows, and is never refused.</summary>
    Remainder,
}

/// <summary>How large a share of the memory budget is.</summary>
/// <param name="Name">The value of the label <c>share</c>.</param>
/// <param name="Fraction">The part of the room that the share gets: 0 to 1. The room is the limit without the base of the process.</param>
/// <param name="Cap">The most bytes, however large the limit is, unless an option of the configuration asks for more.</param>
/// <param name="Kind">Which memory it counts.</param>
/// <param name="Priority">What it does under pressure.</param>
public sealed record MemoryShareRule(string Name, double Fraction, long Cap, MemoryKind Kind, MemoryPriority Priority)
{
    /// <summary>The share's limit before anything is borrowed.</summary>
    /// <param name="room">The memory limit without the base of the process, in bytes.</param>
    public long LimitOf(long room) => Math.Min(Cap, (long)(room * Fraction));
}
