using System.Collections.Concurrent;
using System.Text;
using ClusterDns.Core.Logging;
using Microsoft.Extensions.Logging;

namespace ClusterDns.Testing;

/// <summary>Keeps what plugins log: their own lines as they are, others as <c>LEVEL CATEGORY: MESSAGE</c>.</summary>
internal sealed class BlockLog : ILogOutput, ILoggerFactory
{
    public ConcurrentQueue<string> Lines { get; } = new();

    public bool TryWriteLine(ReadOnlySpan<byte> line)
    {
        Lines.Enqueue(Encoding.UTF8.GetString(line));
        return true;
    }

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("the log of a block in memory has no providers");

    public void Dispose()
    {
    }

    private sealed class Logger(BlockLog log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
            => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            => log.Lines.Enqueue($"{logLevel} {category}: {formatter(state, exception)} {exception?.Message}".TrimEnd());
    }
}
