using ClusterDns.Core.Execution;
using ClusterDns.Core.Memory;
using Microsoft.Extensions.Logging;

namespace ClusterDns.Server.Memory;

/// <summary>
/// Reads the memory limit again while the process runs, since a pod may be resized in place, and has the budget and the runtime's heap
/// follow it.
/// </summary>
internal sealed partial class MemoryLimitWatch : IDisposable
{
    /// <summary>How often the limit is read.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    private readonly Func<long> _readLimit;
    private readonly MemoryBudget _budget;
    private readonly Action _refreshHeap;
    private readonly ILogger _logger;
    private readonly ITimer _timer;

    /// <summary>Begins to watch.</summary>
    /// <param name="readLimit">Reads the limit, in bytes.</param>
    /// <param name="budget">What follows it.</param>
    /// <param name="refreshHeap">Has the runtime read its limit again; <see cref="GC.RefreshMemoryLimit"/>.</param>
    /// <param name="guard">Starts the timer.</param>
    /// <param name="logger">Reports changes.</param>
    public MemoryLimitWatch(Func<long> readLimit, MemoryBudget budget, Action refreshHeap, CallbackGuard guard, ILogger logger)
    {
        _readLimit = readLimit;
        _budget = budget;
        _refreshHeap = refreshHeap;
        _logger = logger;
        _timer = guard.CreateTimer("memory_limit", static watch => watch.Look(), this, Period, Period);
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        long before = _budget.Limit;
        long limit = _readLimit();
        if (limit == before)
        {
            return;
        }

        try
        {
            _refreshHeap();
        }
        catch (InvalidOperationException exception)
        {
            // The heap already holds more than the new limit allows it: it keeps its old one, and the budget shrinks all the same.
            LogHeapNotRefreshed(exception.Message);
        }

        _budget.SetLimit(limit);
        LogChanged(before, limit);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Memory limit changed from {Before} to {Limit} bytes")]
    private partial void LogChanged(long before, long limit);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The limit of the heap was not changed: {Reason}")]
    private partial void LogHeapNotRefreshed(string reason);
}
