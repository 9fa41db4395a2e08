using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using ClusterDns.Core.Execution;
using ClusterDns.Core.Memory;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using ClusterDns.Server.CommandLine;
using ClusterDns.Server.Files;
using ClusterDns.Server.Listeners;
using ClusterDns.Server.Logging;
using ClusterDns.Server.Memory;
using ClusterDns.Server.Serving;
using ClusterDns.Server.Upstreams;
using ClusterDns.Server.Upstreams.Stream;
using Microsoft.Extensions.Logging;

namespace ClusterDns.Server.Hosting;

/// <summary>The process from its command line to its exit code.</summary>
/// <param name="openOutput">Opens standard output.</param>
/// <param name="openInput">Opens standard input.</param>
/// <param name="error">Standard error, where a failed start says why.</param>
/// <param name="plugins">The plugins that a Corefile may use.</param>
internal sealed partial class ServerProcess(Func<Stream> openOutput, Func<Stream> openInput, TextWriter error, PluginList plugins) : IDisposable
{
    private const int StartFailed = 1;
    private const int MinPoolThreads = 8;

    /// <summary>How long the last log lines may take to be read before the process ends without them.</summary>
    private static readonly TimeSpan LogPatience = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stopAtOnce = new();

    /// <summary>Runs until the process is asked to stop.</summary>
    /// <param name="arguments">The command line, without the program's name.</param>
    /// <returns>The exit code.</returns>
    [SuppressMessage("Design", "CA1031", Justification = "A failure to start is reported in one line, without a stack trace.")]
    public async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        try
        {
            return await RunCommandAsync(arguments);
        }
        catch (Exception exception)
        {
            WriteError($"{exception.GetType().Name}: {ErrorLine.Of(exception)}");
            return StartFailed;
        }
    }

    private async Task<int> RunCommandAsync(IReadOnlyList<string> arguments)
    {
        CommandLineResult commandLine = CommandLineParser.Parse(arguments);
        if (commandLine.Options is not { } options)
        {
            WriteError(commandLine.Error);
            return commandLine.ExitCode;
        }

        if (PrintOnly(options) is { } text)
        {
            await using StreamWriter writer = new(openOutput());
            await writer.WriteLineAsync(text);
            return 0;
        }

        // On one processor the pool begins with one thread. Files that change are read on threads of their own, but a reload of the Corefile reads
        // those that are new on the pool, and would keep TCP clients and probes waiting.
        ThreadPool.GetMinThreads(out int workers, out int completions);
        ThreadPool.SetMinThreads(Math.Max(workers, MinPoolThreads), completions);
        MetricRegistry metrics = new();
        MemoryLimit memoryLimit = new(SystemText.Read);
        MemoryBudget memory = new(MemoryTable.Rules, memoryLimit.Read(), metrics);
        metrics.LimitTo(memory[MemoryTable.Metrics]);
        HeapLimit.Show(metrics);
        int capacity = LogQueue.CapacityWithin(memory[MemoryTable.Log].Limit);
        memory[MemoryTable.Log].Reserve(2L * capacity);
        LogQueue log = new(openOutput(), metrics, capacity: capacity);
        try
        {
            return await ServeAsync(options, metrics, memory, memoryLimit, log);
        }
        finally
        {
            log.Stop(LogPatience);
        }
    }

    /// <summary>The last resort for what leaves a thread of the runtime or a library: one line and exit code 1, no core dump.</summary>
    /// <param name="sender">Not used.</param>
    /// <param name="unhandled">The exception.</param>
    public void OnUnhandled(object? sender, UnhandledExceptionEventArgs unhandled)
    {
        WriteError(unhandled.ExceptionObject is Exception exception
            ? $"unhandled {exception.GetType().Name}: {ErrorLine.Of(exception)}"
            : "unhandled exception");
        Environment.Exit(StartFailed);
    }

    /// <inheritdoc/>
    public void Dispose() => _stopAtOnce.Dispose();

    private string? PrintOnly(CommandLineOptions options)
    {
        if (options.ShowHelp)
        {
            return CommandLineParser.Usage;
        }

        if (options.ShowVersion)
        {
            return string.Join('\n', ServerVersion.Lines);
        }

        return options.ListPlugins
            ? string.Join('\n', plugins.Plugins.Select(static plugin => $"dns.{plugin.Name}"))
            : null;
    }

    [SuppressMessage("Design", "CA1031", Justification = "A failure to start is reported in one line, without a stack trace.")]
    private async Task<int> ServeAsync(
        CommandLineOptions options, MetricRegistry metrics, MemoryBudget memory, MemoryLimit memoryLimit, LogQueue log)
    {
        using LineLoggerProvider loggers = new(log);
        using LoggerFactory loggerFactory = new(
            [loggers], new LoggerFilterOptions { MinLevel = LogLevel.Debug });
        ILogger logger = loggerFactory.CreateLogger("process");
        ServerVersion.Show(metrics);
        CallbackGuard guard = new(
            metrics, TimeProvider.System, loggerFactory.CreateLogger("callbacks"), problem => EndAtOnce(problem, log));
        OpenFileLimit openFiles = new();
        if (openFiles.Raise() is { } problem)
        {
            LogOpenFilesNotRaised(logger, problem);
        }

        memory.LogTo(logger);
        using MemoryLimitWatch memoryWatch = new(memoryLimit.Read, memory, GC.RefreshMemoryLimit, guard, logger);
        TaskCompletionSource failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        DescriptorShares descriptors = DescriptorShares.Divide(openFiles.Current);
        StreamBudget streams = new(Math.Min(StreamBudget.DefaultMost, descriptors.StreamUpstreams), memory[MemoryTable.StreamUpstreams]);
        using UpstreamFactory upstreams = new(metrics, TimeProvider.System, guard, streams)
        {
            Sockets = UpstreamSocketLimit.Within(descriptors.DatagramUpstreams, memory[MemoryTable.DatagramUpstreams].Limit),
        };
        WaitBound waitBound = new(WaitBound.DefaultLimit, metrics, TimeProvider.System) { Memory = memory[MemoryTable.WaitingQueries] };
        PoolSizes pools = LimitPools(memory[MemoryTable.Pools]);
        QueryFactory queries = new(QueryFactory.DefaultLimit, waitBound, metrics, TimeProvider.System, loggerFactory.CreateLogger("server"))
        {
            MostIdle = pools.BackgroundQueries,
        };
        ServerEnvironment environment = new(
            plugins,
            new PluginEnvironment
            {
                Loggers = loggerFactory,
                LogOutput = log,
                Metrics = metrics,
                Time = TimeProvider.System,
                Files = new PhysicalFileAccess(),
                Upstreams = upstreams,
                NextSeed = static () => RandomNumberGenerator.GetInt32(int.MaxValue),
                Queries = queries,
                Guard = guard,
                Memory = memory,
                StartChild = openFiles.WithOriginal,
                RequestStop = () => failed.TrySetResult(),
            });

        Configuration configuration = new(
            options, environment, new CorefileLoader(Environment.GetEnvironmentVariable, openInput));
        ListenerServices services = new(waitBound, metrics, loggerFactory, TimeProvider.System)
        {
            Queries = queries,
            Guard = guard,
            Memory = memory,
            Descriptors = descriptors,
        };
        await using DnsServer server = new(services, MemoryReturn.Compact);
        StartBanner banner = new(log, options.Quiet);
        ReloadMetrics reloads = new(metrics);
        using RunningConfiguration running = new(
            configuration, server, reloads, isOn => loggers.Debug = isOn, model => banner.PrintZones(model, server), environment);
        await using ConfigurationReloader reloader = new(configuration, running, reloads, environment);
        TaskCompletionSource stopRequested = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using CancellationTokenSource starting = new();
        using ProcessSignals signals = new(
            reason =>
            {
                if (reason == StopReason.Immediate)
                {
                    _stopAtOnce.Cancel();
                }

                stopRequested.TrySetResult();
                starting.Cancel();
            },
            Environment.Exit,
            reloader.Request,
            guard,
            logger);
        try
        {
            if (await running.StartAsync(starting.Token) is { } errors)
            {
                WriteError(errors);
                return StartFailed;
            }

            reloader.Start();
            banner.PrintVersion();
            if (options.PidFile is { } pidFile && TryWritePidFile(pidFile) is { } reason)
            {
                WriteError(reason);
                await StopAsync(reloader, server);
                return StartFailed;
            }
        }
        catch (Exception exception)
        {
            WriteError(ErrorLine.Of(exception));
            await guard.ObserveAsync("failed_start", () => StopAsync(reloader, server));
            return StartFailed;
        }

        bool hasFailed = await Task.WhenAny(stopRequested.Task, failed.Task) == failed.Task;
        if (hasFailed)
        {
            await _stopAtOnce.CancelAsync();
        }

        await StopAsync(reloader, server);
        return hasFailed ? StartFailed : 0;
    }

    private async Task StopAsync(ConfigurationReloader reloader, DnsServer server)
    {
        await reloader.StopAsync(_stopAtOnce.Token);
        await server.StopAsync(_stopAtOnce.Token);
    }

    /// <summary>Bounds what lies idle in the pools of the process by their share as it is at the start.</summary>
    private static PoolSizes LimitPools(MemoryShare share)
    {
        PoolSizes sizes = PoolSizes.Within(share.Limit);
        InternalQuery.LimitIdle(sizes);
        UdpExchange.Idle.Bound = sizes.DatagramExchanges;
        StreamExchange.Idle.Bound = sizes.StreamExchanges;
        share.Reserve(sizes.Bytes);
        return sizes;
    }

    /// <summary>Writes the process ID.</summary>
    /// <returns>Why it cannot be written; null when it is.</returns>
    [SuppressMessage("Design", "CA1031", Justification = "All errors of paths are reported in one line.")]
    private static string? TryWritePidFile(string path)
    {
        try
        {
            if (BoundedReader.IsPipe(path))
            {
                // Opening it to write would wait for a reader.
                return $"cannot write the PID file '{LogLine.Escape(path)}': it is a pipe: expected a regular file";
            }

            File.WriteAllText(path, string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}\n"));
            return null;
        }
        catch (Exception exception)
        {
            return $"cannot write the PID file '{LogLine.Escape(path)}': {ErrorLine.Of(exception)}";
        }
    }

    /// <summary>Writes to standard error, which may be closed or full: that must not hide the exit code.</summary>
    private void WriteError(string? line)
    {
        try
        {
            error.WriteLine(line);
            error.Flush();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            // Nobody can read why; the exit code remains.
        }
    }

    /// <summary>Ends the process although threads of it still run.</summary>
    private void EndAtOnce(string problem, LogQueue log)
    {
        WriteError(problem);
        log.Stop(LogPatience);
        Environment.Exit(StartFailed);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The limit of open files cannot be raised: {Reason}")]
    private static partial void LogOpenFilesNotRaised(ILogger logger, string reason);
}
