using System.Runtime.CompilerServices;
using ClusterDns.Core.Execution;
using ClusterDns.Core.Logging;
using ClusterDns.Core.Pipeline;
using ClusterDns.Plugins.Common;
using Microsoft.Extensions.Logging;

namespace ClusterDns.Plugins.Errors;

/// <summary>Logs failures, one by one and without allocation, or counted over a period.</summary>
internal sealed partial class ErrorReports : IHostService
{
    /// <summary>The longest line; what is longer is cut. A name takes at most 1,004 bytes of text.</summary>
    private const int MaxLine = 4096;

    private readonly ILogger _logger;
    private readonly ILogOutput _output;
    private readonly CallbackGuard _guard;
    private readonly Counting[] _countings;
    private volatile bool _stopped;

    /// <summary>Reports to a logger and an output.</summary>
    /// <param name="patterns">Which failures are counted.</param>
    /// <param name="logger">Where the reports of what was counted go; it says whether lines for debugging are written.</param>
    /// <param name="output">Where the lines of single failures go.</param>
    /// <param name="guard">Starts timers.</param>
    public ErrorReports(IReadOnlyList<ConsolidatePattern> patterns, ILogger logger, ILogOutput output, CallbackGuard guard)
    {
        _logger = logger;
        _output = output;
        _guard = guard;
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
    /// <param name="query">The query that failed.</param>
    /// <param name="failure">What went wrong.</param>
    public void Report(Query query, string failure)
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

        if (level != LogLevel.Debug || _logger.IsEnabled(level))
        {
            Write(level, query, failure);
        }
    }

    [SkipLocalsInit]
    private void Write(LogLevel level, Query query, string failure)
    {
        LogLineWriter line = new(stackalloc byte[MaxLine]);
        line.Append(level switch
        {
            LogLevel.Warning => "[WARNING] plugin/errors: "u8,
            LogLevel.Information => "[INFO] plugin/errors: "u8,
            LogLevel.Debug => "[DEBUG] plugin/errors: "u8,
            _ => "[ERROR] plugin/errors: "u8,
        });
        line.Append((int)query.Response.Code);
        line.Append(" "u8);
        line.AppendName(query.Name);
        line.Append(" "u8);
        line.Append(query.Type);
        line.Append(": "u8);
        line.AppendText(failure);
        _output.TryWriteLine(line.Written);
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

            counting.Timer = _guard.CreateTimer(
                "errors_consolidate", EndPeriod, counting, counting.Pattern.Period, Timeout.InfiniteTimeSpan);
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

    [LoggerMessage(Message = "{Count} errors like '{Expression}' occurred in last {Period}")]
    private partial void LogSummary(LogLevel level, int count, string expression, string period);

    private sealed class Counting(ConsolidatePattern pattern)
    {
        public ConsolidatePattern Pattern { get; } = pattern;

        public int Count { get; set; }

        public ITimer? Timer { get; set; }
    }
}
