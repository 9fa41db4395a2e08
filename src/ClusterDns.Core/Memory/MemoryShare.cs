using ClusterDns.Core.Metrics;

namespace ClusterDns.Core.Memory;

/// <summary>
/// A named part of the memory budget. Reserving counts bytes before they are allocated; it allocates nothing itself and takes no lock
/// while the share stays within its limit.
/// </summary>
public sealed class MemoryShare
{
    private readonly MemoryBudget _budget;
    private readonly Counter _refused;
    private long _used;
    private long _limit;
    private Action? _onOverLimit;

    internal MemoryShare(MemoryBudget budget, MemoryShareRule rule, Counter refused)
    {
        _budget = budget;
        Rule = rule;
        _refused = refused;
    }

    /// <summary>How large the share is meant to be.</summary>
    public MemoryShareRule Rule { get; }

    /// <summary>The value of the label <c>share</c>.</summary>
    public string Name => Rule.Name;

    /// <summary>How many bytes may be reserved now. It changes with the memory limit and with what borrowing shares hold.</summary>
    public long Limit => Volatile.Read(ref _limit);

    /// <summary>How many bytes are reserved.</summary>
    public long Used => Volatile.Read(ref _used);

    /// <summary>How many reservations were refused.</summary>
    public long Refused => _refused.Value;

    /// <summary>Whether more is reserved than <see cref="Limit"/> allows now.</summary>
    public bool IsOverLimit => Used > Limit;

    /// <summary>The limit before anything is lent to borrowing shares.</summary>
    internal long FullLimit { get; set; }

    /// <summary>The limit while it is computed, so that nobody sees one that is too high.</summary>
    internal long NextLimit { get; set; }

    /// <summary>Bytes that options of the configuration ask for.</summary>
    internal long Requested { get; set; }

    /// <summary>The value of <see cref="Requested"/> that was logged as too large; 0 for none.</summary>
    internal long Reported { get; set; }

    /// <summary>Reserves bytes; false, and the refusal counted, when the share has no room for them.</summary>
    /// <param name="bytes">How many; not negative.</param>
    public bool TryReserve(long bytes)
    {
        if (Rule.Priority >= MemoryPriority.Borrowing)
        {
            return _budget.TryBorrow(this, bytes) || Refuse();
        }

        if (Interlocked.Add(ref _used, bytes) <= Volatile.Read(ref _limit))
        {
            return true;
        }

        Interlocked.Add(ref _used, -bytes);
        return Refuse();
    }

    /// <summary>Whether bytes could be reserved now. Nothing is reserved, and no refusal is counted.</summary>
    /// <param name="bytes">How many; not negative.</param>
    public bool HasRoomFor(long bytes)
        => Rule.Priority >= MemoryPriority.Borrowing ? _budget.CanBorrow(this, bytes) : Used + bytes <= Limit;

    /// <summary>Reserves bytes whatever the limit is, for what must not fail. Others make room.</summary>
    /// <param name="bytes">How many; negative for what <see cref="Release"/> does.</param>
    public void Reserve(long bytes)
    {
        long used = Interlocked.Add(ref _used, bytes);
        if (Rule.Priority >= MemoryPriority.Borrowing && (used > FullLimit || used - bytes > FullLimit || _budget.IsBorrowing))
        {
            _budget.Rebalance();
        }
    }

    /// <summary>Returns bytes that were reserved.</summary>
    /// <param name="bytes">How many; not negative.</param>
    public void Release(long bytes) => Reserve(-bytes);

    /// <summary>Counts a refusal that another bound caused.</summary>
    public void CountRefusal() => _refused.Add();

    /// <summary>
    /// Raises the share to what the configuration asks for, as far as the memory limit allows, until the result is disposed of.
    /// </summary>
    /// <param name="bytes">How many bytes.</param>
    /// <returns>Ends the request.</returns>
    public IDisposable Request(long bytes) => _budget.Request(this, bytes);

    /// <summary>Has a callback run whenever the limit falls below what is used, until the result is disposed of.</summary>
    /// <param name="callback">Releases memory; called by the thread that lowers the limit, outside the budget's lock. Does not throw.</param>
    /// <returns>Removes the callback.</returns>
    public IDisposable OnOverLimit(Action callback)
    {
        _budget.Change(() => _onOverLimit += callback);
        return new Subscription(() => _budget.Change(() => _onOverLimit -= callback));
    }

    internal void SetLimit(long limit) => Volatile.Write(ref _limit, limit);

    internal void AddUsed(long bytes) => Interlocked.Add(ref _used, bytes);

    internal Action? OverLimitCallback() => IsOverLimit ? _onOverLimit : null;

    private bool Refuse()
    {
        _refused.Add();
        return false;
    }

    private sealed class Subscription(Action end) : IDisposable
    {
        private Action? _end = end;

        public void Dispose() => Interlocked.Exchange(ref _end, null)?.Invoke();
    }
}
