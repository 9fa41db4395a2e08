using System.Collections.Frozen;
using ClusterDns.Core.Metrics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClusterDns.Core.Memory;

/// <summary>
/// What the process may hold in memory, divided into named shares. The memory limit may change while it runs. Shares that may borrow
/// (cluster data, file reloads) take what elastic shares lend, which get it back when it is released.
/// </summary>
public sealed partial class MemoryBudget
{
    /// <summary>The limit where there is none.</summary>
    public const long Unlimited = long.MaxValue / 4;

    /// <summary>The part of its limit that an elastic share keeps.</summary>
    private const int KeptPart = 8;

    /// <summary>Borrowing that ends below this part of what began it is over: the log must not alternate.</summary>
    private const double EndedBelow = 0.9;

    private readonly Lock _lock = new();
    private volatile ILogger _logger;
    private readonly MemoryShare[] _shares;
    private readonly FrozenDictionary<string, MemoryShare> _byName;
    private readonly MemoryShare _remainder;
    private readonly List<MemoryRequest> _requests = [];
    private long _limit;
    private volatile bool _isBorrowing;

    /// <summary>A budget.</summary>
    /// <param name="rules">The shares; one of them is the <see cref="MemoryPriority.Remainder"/>.</param>
    /// <param name="limit">The most bytes that the process may take; <see cref="Unlimited"/> for no limit.</param>
    /// <param name="metrics">Where limits, use and refusals are shown.</param>
    /// <param name="logger">Warns when cluster data outgrows its share; null for no log.</param>
    public MemoryBudget(IReadOnlyList<MemoryShareRule> rules, long limit, MetricRegistry metrics, ILogger? logger = null)
    {
        ArgumentNullException.ThrowIfNull(rules);
        ArgumentNullException.ThrowIfNull(metrics);
        _logger = logger ?? NullLogger.Instance;
        CounterFamily refused = metrics.Counters(
            "clusterdns_memory_refused_total", "Counter of reservations rejected because a share of the memory budget was exhausted.", "share");
        GaugeFamily limits = metrics.Gauges(
            "clusterdns_memory_share_limit_bytes", "Current limit of a share of the memory budget, in bytes.", "share");
        GaugeFamily used = metrics.Gauges(
            "clusterdns_memory_share_used_bytes", "Memory in use in a share of the memory budget, in bytes.", "share");
        _shares = [.. rules.Select(rule => new MemoryShare(this, rule, refused.With(rule.Name)))];
        foreach (MemoryShare share in _shares)
        {
            limits.With(share.Name).ReadFrom(() => share.Limit);
            used.With(share.Name).ReadFrom(() => share.Used);
        }

        metrics.Gauge("clusterdns_memory_limit_bytes", "Memory limit of the process: the lowest limit of its cgroups, or the physical memory.")
            .ReadFrom(() => Limit);
        _byName = _shares.ToFrozenDictionary(static share => share.Name, StringComparer.Ordinal);
        _remainder = _shares.Single(static share => share.Rule.Priority == MemoryPriority.Remainder);
        SetLimit(limit);
    }

    /// <summary>The most bytes that the process may take.</summary>
    public long Limit => Volatile.Read(ref _limit);

    /// <summary>All shares.</summary>
    public IReadOnlyList<MemoryShare> Shares => _shares;

    /// <summary>A share.</summary>
    /// <param name="rule">One of the rules that the budget was made of.</param>
    public MemoryShare this[MemoryShareRule rule] => _byName[rule.Name];

    /// <summary>The shares of <see cref="MemoryTable"/> at their caps, for use without a memory limit.</summary>
    public static MemoryBudget CreateUnlimited() => new(MemoryTable.Rules, Unlimited, new MetricRegistry());

    /// <summary>Names the log for warnings, where it did not exist when the budget was made.</summary>
    /// <param name="logger">The log.</param>
    public void LogTo(ILogger logger) => _logger = logger;

    /// <summary>Takes over another memory limit.</summary>
    /// <param name="limit">The most bytes that the process may take.</param>
    public void SetLimit(long limit)
    {
        lock (_lock)
        {
            Volatile.Write(ref _limit, limit);
            Divide();
        }

        Rebalance();
    }

    /// <summary>Whether cluster data takes more than its share.</summary>
    internal bool IsBorrowing => _isBorrowing;

    internal void Change(Action change)
    {
        lock (_lock)
        {
            change();
        }
    }

    /// <summary>
    /// Says that the requests there are now belong to one configuration, the one that runs. Requests made since the last call belong to a
    /// configuration that takes the place of another: until this call, the larger of both counts. Requests that do not fit are logged.
    /// </summary>
    public void SettleRequests()
    {
        MemoryShare[] refused;
        lock (_lock)
        {
            _requests.ForEach(static request => request.IsSettled = true);
            Divide();
            refused = [.. _shares.Where(static share => share.Requested > share.FullLimit && share.Requested != share.Reported)];
            foreach (MemoryShare share in _shares)
            {
                share.Reported = share.Requested > share.FullLimit ? share.Requested : 0;
            }
        }

        foreach (MemoryShare share in refused)
        {
            LogRequestTooLarge(share.Name, share.Requested, Limit, share.FullLimit);
        }

        Rebalance();
    }

    internal IDisposable Request(MemoryShare share, long bytes)
    {
        MemoryRequest request = new(this, share, bytes);
        lock (_lock)
        {
            _requests.Add(request);
            Divide();
        }

        Rebalance();
        return request;
    }

    internal bool CanBorrow(MemoryShare share, long bytes)
    {
        lock (_lock)
        {
            return share.Rule.Priority == MemoryPriority.Remainder || bytes <= AvailableTo(share);
        }
    }

    internal bool TryBorrow(MemoryShare share, long bytes)
    {
        lock (_lock)
        {
            if (share.Rule.Priority != MemoryPriority.Remainder && bytes > AvailableTo(share))
            {
                return false;
            }

            share.AddUsed(bytes);
        }

        if (share.Used > share.FullLimit)
        {
            Rebalance();
        }

        return true;
    }

    /// <summary>Has elastic shares lend what borrowing ones hold beyond their limits.</summary>
    internal void Rebalance()
    {
        Action? callbacks = null;
        bool began = false;
        bool ended = false;
        lock (_lock)
        {
            foreach (MemoryShare share in _shares.Where(IsElastic))
            {
                share.NextLimit = share.FullLimit;
            }

            Lend(Overflow(), IsElastic);
            Lend(-LeftOfHeap(static share => share.NextLimit), static share => IsElastic(share) && share.Rule.Kind == MemoryKind.Managed);
            foreach (MemoryShare share in _shares.Where(IsElastic))
            {
                share.SetLimit(share.NextLimit);
            }

            bool isOver = _remainder.Used > (_isBorrowing ? _remainder.FullLimit * EndedBelow : _remainder.FullLimit);
            (began, ended) = (isOver && !_isBorrowing, !isOver && _isBorrowing);
            _isBorrowing = isOver;
            foreach (MemoryShare share in _shares)
            {
                callbacks += share.OverLimitCallback();
            }
        }

        if (began)
        {
            LogClusterOverShare(_remainder.Used, _remainder.FullLimit, Limit);
        }
        else if (ended)
        {
            LogClusterWithinShare(_remainder.Used);
        }

        callbacks?.Invoke();
    }

    private static bool IsElastic(MemoryShare share) => share.Rule.Priority == MemoryPriority.Elastic;

    /// <summary>What a borrowing share may still take: its own, and what elastic shares and the remainder do not use.</summary>
    private long AvailableTo(MemoryShare share)
    {
        long lent = _shares.Where(IsElastic).Sum(
            static lender => Math.Max(0, lender.FullLimit - Math.Max(lender.Used, lender.FullLimit / KeptPart)));
        long unused = Math.Max(0, _remainder.FullLimit - _remainder.Used);
        long others = _shares
            .Where(other => other != share && other.Rule.Priority >= MemoryPriority.Borrowing)
            .Sum(static other => Math.Max(0, other.Used - other.FullLimit));
        return Math.Min(share.FullLimit - share.Used + unused + lent - others, LeftOfHeap(static lender => Math.Max(lender.Used, lender.FullLimit / KeptPart)));
    }

    /// <summary>
    /// What the heap has left for borrowing shares. What kernel buffers lend is memory, but the runtime does not let the heap have all of it.
    /// </summary>
    /// <param name="held">What an elastic share takes.</param>
    private long LeftOfHeap(Func<MemoryShare, long> held)
    {
        long taken = _shares.Where(static share => share.Rule.Kind == MemoryKind.Managed).Sum(share => share.Rule.Priority switch
        {
            MemoryPriority.Fixed => share.FullLimit,
            MemoryPriority.Elastic => held(share),
            _ => share.Used,
        });
        return (long)(Limit * MemoryTable.HeapFraction) - MemoryTable.BaseHeapBytes - taken;
    }

    /// <summary>Lowers limits by some bytes together, in proportion to the shares' sizes, but none below what it keeps.</summary>
    private void Lend(long bytes, Func<MemoryShare, bool> lends)
    {
        MemoryShare[] lenders = bytes > 0 ? [.. _shares.Where(lends)] : [];
        long size = lenders.Sum(static share => share.FullLimit);
        foreach (MemoryShare share in lenders)
        {
            long part = (long)Math.Ceiling((double)share.FullLimit / Math.Max(1, size) * bytes);
            share.NextLimit = Math.Max(share.FullLimit / KeptPart, share.NextLimit - part);
        }
    }

    /// <summary>How much borrowing shares hold beyond their limits and beyond what the remainder leaves unused.</summary>
    private long Overflow()
    {
        long over = _shares
            .Where(static share => share.Rule.Priority == MemoryPriority.Borrowing)
            .Sum(static share => Math.Max(0, share.Used - share.FullLimit));
        return Math.Max(0, over + _remainder.Used - _remainder.FullLimit);
    }

    private void Divide()
    {
        long room = Math.Max(0, Limit - MemoryTable.BaseBytes);
        long left = room;
        foreach (MemoryShare share in _shares.Where(share => share != _remainder))
        {
            share.FullLimit = share.Rule.LimitOf(room);
            left -= share.FullLimit;
        }

        foreach (MemoryShare share in _shares)
        {
            share.Requested = Math.Max(RequestedOf(share, isSettled: true), RequestedOf(share, isSettled: false));
        }

        foreach (MemoryShare share in _shares.Where(share => share.Requested > share.FullLimit))
        {
            // A request may take three quarters of what is left, so that it cannot starve the cluster.
            long raise = Math.Min(share.Requested - share.FullLimit, left / 4 * 3);
            share.FullLimit += raise;
            left -= raise;
        }

        _remainder.FullLimit = left;

        // Those of elastic shares follow when it is known what they lend.
        foreach (MemoryShare share in _shares.Where(static share => !IsElastic(share)))
        {
            share.SetLimit(share.FullLimit);
        }
    }

    private long RequestedOf(MemoryShare share, bool isSettled)
        => _requests.Where(request => request.Share == share && request.IsSettled == isSettled).Sum(static request => request.Bytes);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Cluster data uses {Used} bytes and exceeds its share of {Share} bytes; caches and TCP connections get less memory. Raise the memory limit ({Limit} bytes)")]
    private partial void LogClusterOverShare(long used, long share, long limit);

    [LoggerMessage(Level = LogLevel.Information, Message = "Cluster data uses {Used} bytes and is within its share again; caches and TCP connections get their full shares")]
    private partial void LogClusterWithinShare(long used);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The configuration requests {Requested} bytes for '{Share}', but the memory limit of {Limit} bytes allows {Granted}: raise the limit or request less")]
    private partial void LogRequestTooLarge(string share, long requested, long limit, long granted);

    private sealed class MemoryRequest(MemoryBudget budget, MemoryShare share, long bytes) : IDisposable
    {
        public MemoryShare Share => share;

        public long Bytes => bytes;

        public bool IsSettled { get; set; }

        public void Dispose()
        {
            lock (budget._lock)
            {
                if (!budget._requests.Remove(this))
                {
                    return;
                }

                budget.Divide();
            }

            budget.Rebalance();
        }
    }
}
