using Microsoft.Extensions.Logging;

namespace ClusterDns.Core.Tests.Execution;

/// <summary>Passes on to another log, then signals.</summary>
internal sealed class SignallingLog(ILogger log, ManualResetEventSlim logged) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull
        => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        log.Log(logLevel, eventId, state, exception, formatter);
        logged.Set();
    }
}
