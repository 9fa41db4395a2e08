using System.Buffers.Binary;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using Microsoft.Extensions.Logging;

namespace ClusterDns.OwnPlugin;

/// <summary>What the plugin counts.</summary>
internal sealed class GreetMetrics(MetricRegistry registry)
{
    public CounterFamily Answers { get; } = registry.Counters("greet_answers_total", "Greetings sent.", "zone");

    public CounterFamily Ends { get; } = registry.Counters("greet_ends_total", "Queries of the block that ended, by outcome.", "outcome");

    public CounterFamily Received { get; } = registry.Counters("greet_received_total", "Queries of the block that were received.");
}

/// <summary>Runs while the configuration serves.</summary>
internal sealed partial class GreetService(ILoggerFactory loggers) : IHostService
{
    private readonly ILogger _logger = loggers.CreateLogger("plugin/greet");

    public bool IsRunning { get; private set; }

    public ValueTask StartAsync(CancellationToken cancellationToken)
    {
        IsRunning = true;
        LogStarted(_logger);
        return ValueTask.CompletedTask;
    }

    public ValueTask StopAsync(CancellationToken cancellationToken)
    {
        IsRunning = false;
        LogStopped(_logger);
        return ValueTask.CompletedTask;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Greeting started")]
    private static partial void LogStarted(ILogger logger);

    [LoggerMessage(Level = LogLevel.Information, Message = "Greeting stopped")]
    private static partial void LogStopped(ILogger logger);
}

/// <summary>Counts queries when they are received and when they have ended.</summary>
internal sealed class GreetObserver(GreetMetrics metrics) : IQueryObserver
{
    public void OnReceived(Query query) => metrics.Received.With().Add();

    public void OnEnd(Query query, QueryEnd outcome) => metrics.Ends.With(outcome.ToString()).Add();
}

/// <summary>Sets the AD bit of every response, which nothing else in the block does.</summary>
internal sealed class GreetSeal : IResponseSeal
{
    private const ushort AuthenticData = 0x0020;

    public int Reserve(Query query) => 0;

    public int Seal(Query query, Span<byte> message, int length)
    {
        Span<byte> flags = message[2..4];
        BinaryPrimitives.WriteUInt16BigEndian(flags, (ushort)(BinaryPrimitives.ReadUInt16BigEndian(flags) | AuthenticData));
        return length;
    }
}
