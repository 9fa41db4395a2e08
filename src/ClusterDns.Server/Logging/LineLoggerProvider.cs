using ClusterDns.Core.Logging;
using Microsoft.Extensions.Logging;

namespace ClusterDns.Server.Logging;

/// <summary>Loggers whose lines look as CoreDNS's do: <c>[INFO] plugin/NAME: message</c>.</summary>
/// <param name="output">Where the lines go.</param>
internal sealed class LineLoggerProvider(ILogOutput output) : ILoggerProvider
{
    private const string PluginPrefix = "plugin/";

    private volatile bool _debug;

    /// <summary>Whether <c>[DEBUG]</c> lines are written (the debug plugin).</summary>
    public bool Debug
    {
        get => _debug;
        set => _debug = value;
    }

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName)
    {
        bool isPlugin = categoryName.StartsWith(PluginPrefix, StringComparison.Ordinal);
        return new LineLogger(this, output, isPlugin ? categoryName + ": " : "", LeastLevel(categoryName));
    }

    private static LogLevel LeastLevel(string category)
        => category.StartsWith("Microsoft.", StringComparison.Ordinal) ? LogLevel.Warning : LogLevel.Debug;

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private sealed class LineLogger(LineLoggerProvider provider, ILogOutput output, string prefix, LogLevel minimum) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
            => null;

        public bool IsEnabled(LogLevel logLevel)
            => logLevel >= minimum && logLevel != LogLevel.None && (logLevel >= LogLevel.Information || provider.Debug);

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel))
            {
                return;
            }

            string head = $"[{LevelName(logLevel)}] {prefix}";
            LogLine.Write(output, head, formatter(state, exception));
            if (exception is not null)
            {
                foreach (string line in exception.ToString().Split('\n'))
                {
                    LogLine.Write(output, head, line.TrimEnd('\r'));
                }
            }
        }

        private static string LevelName(LogLevel level) => level switch
        {
            LogLevel.Critical => "FATAL",
            LogLevel.Error => "ERROR",
            LogLevel.Warning => "WARNING",
            LogLevel.Information => "INFO",
            _ => "DEBUG",
        };
    }
}
