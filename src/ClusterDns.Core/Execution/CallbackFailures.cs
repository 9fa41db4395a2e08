using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using ClusterDns.Core.Metrics;
using Microsoft.Extensions.Logging;

namespace ClusterDns.Core.Execution;

/// <summary>
/// The failures of one callback: all are counted, and at most one a minute is logged. Everything that counting needs exists before the
/// first failure, since that may be a lack of memory.
/// </summary>
/// <param name="callback">The callback's name.</param>
/// <param name="counter">Where its failures are counted.</param>
/// <param name="timeProvider">The clock.</param>
/// <param name="logger">Where they are logged.</param>
internal sealed partial class CallbackFailures(string callback, Counter counter, TimeProvider timeProvider, ILogger logger)
{
    /// <summary>The shortest time between two log lines.</summary>
    internal static readonly TimeSpan LogInterval = TimeSpan.FromMinutes(1);

    private const long Never = long.MinValue;

    private long _lastLogged = Never;
    private long _unlogged;

    /// <summary>The callback's name.</summary>
    internal string Callback => callback;

    /// <summary>Counts and logs a failure. It does not throw.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "A failure to report a failure cannot be reported.")]
    internal void Report(Exception exception)
    {
        long last = Never;
        try
        {
            counter.Add();
            long now = timeProvider.GetTimestamp();
            last = Volatile.Read(ref _lastLogged);
            bool isDue = last == Never || timeProvider.GetElapsedTime(last, now) >= LogInterval;
            if (!isDue || Interlocked.CompareExchange(ref _lastLogged, now, last) != last)
            {
                Interlocked.Increment(ref _unlogged);
                return;
            }

            Log(exception, Interlocked.Exchange(ref _unlogged, 0));
        }
        catch (Exception)
        {
            // Mostly because no memory is left for the line: the next failure tries again, and the counter has this one.
            Volatile.Write(ref _lastLogged, last);
        }
    }

    private void Log(Exception exception, long unlogged)
    {
        if (exception is OutOfMemoryException)
        {
            LogOutOfMemory(callback);
        }
        else
        {
            string more = unlogged == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" ({unlogged} more failures since the last report)");
            LogFailure(callback, exception.GetType().Name, exception.Message, more, exception);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Callback} failed and continues: {Kind}: {Reason}{More}")]
    private partial void LogFailure(string callback, string kind, string reason, string more, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Callback} failed and continues: out of memory")]
    private partial void LogOutOfMemory(string callback);
}
