using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using Microsoft.Extensions.Logging;

namespace ClusterDns.Plugins.Errors;

/// <summary>Logs failures, one by one or counted over a period.</summary>
internal sealed partial class ErrorReports : IHostService
{
    private readonly ILogger _logger;
    private readonly TimeProvider _timeProvider;
    private readonly Counting[] _countings;
    private volatile bool _stopped;

    /// <summary>Reports to a logger.</summary>
    /// <param name="patterns">Which failures are counted.</param>
    /// <param name="logger">Where the reports go.</param>
    /// <param name="timeProvider">The clock.</param>
    public ErrorReports(IReadOnlyList<ConsolidatePattern> patterns, ILogger logger, TimeProvider timeProvider)
    {
        _logger = logger;
        _timeProvider = timeProvider;
        _countings = [.. patterns.Select(static pattern => new Counting(pattern))];
    }

    /// <inheritdoc/>
    public ValueTask StartAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>Logs what has been counted; what fails later is logged one by one.</summary>
    /// <param name="cancellationToken">Not looked at: nothing waits.</param>
    public ValueTask StopAsync(CancellationToken cancellationToken)
    {
        _stopped = true;
        foreach (Counting counting in _countings)
        {
            EndPeriod(counting);
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Reports one failure.</summary>
    /// <param name="context">The query that failed.</param>
    /// <param name="failure">What went wrong.</param>
    public void Report(QueryContext context, string failure)
    {
        LogLevel level = LogLevel.Error;
        foreach (Counting counting in _countings)
        {
            if (counting.Pattern.Pattern.IsMatch(failure))
            {
                if (!_stopped && Count(counting))
                {
                    return;
                }

                level = counting.Pattern.Level;
                break;
            }
        }

        string name = DomainName.ToText(context.Name);
        string type = RecordTypes.ToText(context.Type);
        LogFailure(level, (int)context.Response.Code, name, type, failure);
    }

    /// <summary>Counts a failure; false when it is to be logged all the same.</summary>
    private bool Count(Counting counting)
    {
        lock (counting)
        {
            if (++counting.Count > 1)
            {
                return true;
            }

            counting.Timer = _timeProvider.CreateTimer(
                state => EndPeriod((Counting)state!), counting, counting.Pattern.Period, Timeout.InfiniteTimeSpan);
            return !counting.Pattern.ShowFirst;
        }
    }

    private void EndPeriod(Counting counting)
    {
        int count;
        lock (counting)
        {
            count = counting.Count;
            counting.Count = 0;
            counting.Timer?.Dispose();
            counting.Timer = null;
        }

        ConsolidatePattern pattern = counting.Pattern;
        if (count > (pattern.ShowFirst ? 1 : 0))
        {
            LogSummary(pattern.Level, count, pattern.Expression, pattern.PeriodText);
        }
    }

    [LoggerMessage(Message = "{Code} {Name} {Type}: {Failure}")]
    private partial void LogFailure(LogLevel level, int code, string name, string type, string failure);

    [LoggerMessage(Message = "{Count} errors like '{Expression}' occurred in last {Period}")]
    private partial void LogSummary(LogLevel level, int count, string expression, string period);

    private sealed class Counting(ConsolidatePattern pattern)
    {
        public ConsolidatePattern Pattern { get; } = pattern;

        public int Count { get; set; }

        public ITimer? Timer { get; set; }
    }
}
