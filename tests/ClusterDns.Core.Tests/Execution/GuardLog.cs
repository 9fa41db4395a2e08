using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace ClusterDns.Core.Tests.Execution;

/// <summary>Keeps what a guard logs.</summary>
internal sealed class GuardLog : ILogger
{
    public ConcurrentQueue<string> Lines { get; } = new();

    /// <summary>Thrown by each attempt to log while it is set.</summary>
    public Exception? Failure { get; set; }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull
        => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (Failure is { } failure)
        {
            throw failure;
        }

        Lines.Enqueue(formatter(state, exception));
    }
}
