using System.Runtime.InteropServices;
using ClusterDns.Core.Execution;
using Microsoft.Extensions.Logging;

namespace ClusterDns.Server.Hosting;

/// <summary>
/// What the process does on signals, as CoreDNS does it: SIGTERM and SIGINT stop in good order, a second SIGINT ends at once with
/// exit code 2, SIGQUIT stops at once, SIGUSR1 reloads, SIGHUP is ignored, and SIGUSR2 does not kill.
/// </summary>
internal sealed partial class ProcessSignals : IDisposable
{
    private const int Sigusr1 = 10;
    private const int Sigusr2 = 12;
    private const int SecondInterruptExitCode = 2;

    private readonly List<PosixSignalRegistration> _registrations = [];
    private readonly Action<StopReason> _stop;
    private readonly Action<int> _exit;
    private readonly Action _reload;
    private readonly CallbackGuard _guard;
    private readonly ILogger _logger;
    private int _interrupts;

    /// <summary>Takes the signals over.</summary>
    /// <param name="stop">Asks the process to stop.</param>
    /// <param name="exit">Ends the process with a code.</param>
    /// <param name="reload">Asks for a reload of the Corefile.</param>
    /// <param name="guard">Runs the handlers.</param>
    /// <param name="logger">Logs which signal came.</param>
    public ProcessSignals(Action<StopReason> stop, Action<int> exit, Action reload, CallbackGuard guard, ILogger logger)
    {
        _stop = stop;
        _exit = exit;
        _reload = reload;
        _guard = guard;
        _logger = logger;
        Handle(PosixSignal.SIGTERM, OnTerminate);
        Handle(PosixSignal.SIGINT, OnInterrupt);
        Handle(PosixSignal.SIGQUIT, OnQuit);
        Handle(PosixSignal.SIGHUP, static () => { });
        if (OperatingSystem.IsLinux())
        {
            Handle((PosixSignal)Sigusr1, OnReload);
            Handle((PosixSignal)Sigusr2, LogUpgradeIgnored);
        }
    }

    /// <summary>Gives the signals back.</summary>
    public void Dispose() => _registrations.ForEach(static registration => registration.Dispose());

    internal void OnTerminate()
    {
        LogStopping("SIGTERM");
        _stop(StopReason.Graceful);
    }

    internal void OnInterrupt()
    {
        if (Interlocked.Increment(ref _interrupts) > 1)
        {
            LogForced();
            _exit(SecondInterruptExitCode);
            return;
        }

        LogStopping("SIGINT");
        _stop(StopReason.Graceful);
    }

    internal void OnQuit()
    {
        LogQuitting();
        _stop(StopReason.Immediate);
    }

    internal void OnReload()
    {
        LogReload();
        _reload();
    }

    private void Handle(PosixSignal signal, Action handler)
        => _registrations.Add(_guard.HandleSignal("signal", signal, handler));

    [LoggerMessage(Level = LogLevel.Information, Message = "{Signal}: Shutting down servers then terminating")]
    private partial void LogStopping(string signal);

    [LoggerMessage(Level = LogLevel.Information, Message = "SIGINT: Force quit")]
    private partial void LogForced();

    [LoggerMessage(Level = LogLevel.Information, Message = "SIGQUIT: Quitting process immediately")]
    private partial void LogQuitting();

    [LoggerMessage(Level = LogLevel.Information, Message = "SIGUSR1: Reloading")]
    private partial void LogReload();

    [LoggerMessage(Level = LogLevel.Warning, Message = "SIGUSR2: ignored; in-place re-execution is not supported")]
    private partial void LogUpgradeIgnored();
}
