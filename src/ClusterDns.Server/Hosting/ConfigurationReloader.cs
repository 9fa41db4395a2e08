using System.Diagnostics.CodeAnalysis;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Execution;
using ClusterDns.Core.Pipeline;
using ClusterDns.Server.Listeners;
using ClusterDns.Server.Serving;
using Microsoft.Extensions.Logging;

namespace ClusterDns.Server.Hosting;

/// <summary>
/// Checks periodically whether the Corefile has changed, and has the server apply it; also on request. One
/// reload follows another. Whatever fails, the running configuration stays in use.
/// </summary>
internal sealed partial class ConfigurationReloader : IAsyncDisposable
{
    private readonly Configuration _configuration;
    private readonly RunningConfiguration _running;
    private readonly ReloadMetrics _metrics;
    private readonly TimeProvider _timeProvider;
    private readonly CallbackGuard _guard;
    private readonly Func<int> _nextSeed;
    private readonly ILogger _logger;
    private readonly ILogger _pluginLogger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _closingAtOnce = new();
    private readonly SemaphoreSlim _requests = new(0, 1);
    private string? _triedHash;
    private string? _failure;
    private Task _loop = Task.CompletedTask;
    private bool _isStopped;

    /// <summary>A reloader that has not started.</summary>
    /// <param name="configuration">Reads the Corefile.</param>
    /// <param name="running">What is replaced.</param>
    /// <param name="metrics">What is counted.</param>
    /// <param name="environment">The clock, randomness and loggers.</param>
    public ConfigurationReloader(
        Configuration configuration, RunningConfiguration running, ReloadMetrics metrics, ServerEnvironment environment)
    {
        _configuration = configuration;
        _running = running;
        _metrics = metrics;
        _timeProvider = environment.Process.Time;
        _guard = environment.Process.Guard;
        _nextSeed = environment.Process.NextSeed;
        _logger = environment.Process.Loggers.CreateLogger("reload");
        _pluginLogger = environment.Process.Loggers.CreateLogger("plugin/reload");
    }

    /// <summary>How often it has begun to wait for the next look; for tests, which wait for it.</summary>
    internal int Waits { get; private set; }

    /// <summary>How long it waits for the next look; for tests, which let that time pass.</summary>
    internal TimeSpan Wait { get; private set; }

    /// <summary>How often a look, and the reload that followed if there was one, has ended; for tests, which wait for it.</summary>
    internal int Ended { get; private set; }

    /// <summary>Begins to look.</summary>
    public void Start() => _loop = _guard.StartLoop("reload", RunAsync, _stopping.Token);

    /// <summary>Has the Corefile applied, changed or not; returns at once. Requests that come meanwhile are one.</summary>
    public void Request()
    {
        try
        {
            _requests.Release();
        }
        catch (SemaphoreFullException)
        {
            // One is waiting already, and will read what this one was to read.
        }
        catch (ObjectDisposedException)
        {
            // The server is stopping: there is nothing to reload any more.
        }
    }

    /// <summary>Ends; a reload that is under way answers what the old configuration took, and closes that.</summary>
    /// <param name="deadline">Set when there is no time for that.</param>
    public async Task StopAsync(CancellationToken deadline)
    {
        if (_isStopped)
        {
            return;
        }

        _isStopped = true;
        await _stopping.CancelAsync();
        await using (_guard.Register("reload_deadline", static closing => closing.Cancel(), _closingAtOnce, deadline))
        {
            await _loop;
        }

        _stopping.Dispose();
        _closingAtOnce.Dispose();
        _requests.Dispose();
    }

    /// <summary>Ends without waiting for answers.</summary>
    public async ValueTask DisposeAsync() => await StopAsync(new CancellationToken(canceled: true));

    private async Task RunAsync()
    {
        while (true)
        {
            TimeSpan wait = _running.Model?.Reload is { } settings ? Spread(settings, _nextSeed()) : Timeout.InfiniteTimeSpan;
            bool isRequested;
            try
            {
                isRequested = await WaitForRequestAsync(wait);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            await TryLookAsync(isRequested);
            Ended++;
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "A configuration that fails because of a bug must not end later reloads.")]
    private async Task TryLookAsync(bool isRequested)
    {
        try
        {
            await LookAsync(isRequested);
        }
        catch (Exception exception)
        {
            LogBug(_logger, exception);
            Count(exception.Message);
        }
    }

    /// <summary>Waits for a request, or for the time to pass.</summary>
    /// <returns>Whether there was a request.</returns>
    private async Task<bool> WaitForRequestAsync(TimeSpan wait)
    {
        using CancellationTokenSource timer = new(wait, _timeProvider);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, _stopping.Token);
        Wait = wait;
        Waits++;
        try
        {
            await _requests.WaitAsync(either.Token);
            return true;
        }
        catch (OperationCanceledException) when (timer.IsCancellationRequested && !_stopping.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>How long to wait.</summary>
    /// <param name="settings">The interval, and how far it is spread.</param>
    /// <param name="random">From 0 on; as likely one number as another.</param>
    internal static TimeSpan Spread(ReloadSettings settings, int random)
        => settings.Interval + (settings.Jitter * ((random / (double)int.MaxValue) - 0.5));

    private async Task LookAsync(bool isRequested)
    {
        DiagnosticBag diagnostics = new();
        CorefileDocument? document = _configuration.Read(diagnostics);
        if (document is null || diagnostics.HasErrors)
        {
            foreach (CorefileDiagnostic error in diagnostics.Errors)
            {
                LogParseFailed(_pluginLogger, error.ToString());
            }

            Count(string.Join('\n', diagnostics.Errors));
            return;
        }

        if (document.Blocks.Count == 0)
        {
            // Most likely the file is being written, or was emptied by mistake. A server that serves nothing would not look again.
            Fail($"{document.Files[0]} has no server block; the previous configuration stays in use");
            return;
        }

        if (isRequested || !string.Equals(document.ContentHash, _running.Model?.ContentHash, StringComparison.Ordinal))
        {
            await ReloadAsync(document, isRequested, diagnostics);
        }
        else
        {
            _failure = null;
        }
    }

    private async Task ReloadAsync(CorefileDocument document, bool isRequested, DiagnosticBag diagnostics)
    {
        if (isRequested || !string.Equals(document.ContentHash, _triedHash, StringComparison.Ordinal))
        {
            LogReloading(_logger);
        }

        _triedHash = document.ContentHash;

        try
        {
            if (await _running.TakeOverAsync(document, diagnostics, _stopping.Token, _closingAtOnce.Token) is { } failure)
            {
                Fail(failure);
                return;
            }
        }
        catch (Exception exception) when (
            exception is ListenException or IOException or UnauthorizedAccessException or OperationCanceledException)
        {
            Fail(exception.Message);
            return;
        }

        _failure = null;
        LogComplete(_logger);
    }

    private void Fail(string failure)
    {
        // It is tried again and again, since the reason may be outside the Corefile, but logged once.
        if (!string.Equals(failure, _failure, StringComparison.Ordinal))
        {
            foreach (string line in failure.Split('\n'))
            {
                LogFailed(_pluginLogger, line);
            }
        }

        Count(failure);
    }

    private void Count(string failure)
    {
        if (!string.Equals(failure, _failure, StringComparison.Ordinal))
        {
            _failure = failure;
            _metrics.Failed.Add();
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Corefile parse failed: {Reason}")]
    private static partial void LogParseFailed(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Corefile changed but reload failed: {Reason}")]
    private static partial void LogFailed(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Reloading")]
    private static partial void LogReloading(ILogger logger);

    [LoggerMessage(Level = LogLevel.Error, Message = "Reload failed")]
    private static partial void LogBug(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Information, Message = "Reloading complete")]
    private static partial void LogComplete(ILogger logger);
}
