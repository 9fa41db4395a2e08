// The one file that may start threads, timers, pool callbacks and background tasks; BannedSymbols.txt forbids it everywhere else.
#pragma warning disable RS0030

using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using ClusterDns.Core.Metrics;
using Microsoft.Extensions.Logging;

namespace ClusterDns.Core.Execution;

/// <summary>
/// Starts every thread, timer, pool callback and background task of the process, so that no exception leaves one. A failure is logged
/// (once a minute per callback), counted in <c>clusterdns_callback_failures_total</c>, and the callback continues: a timer fires again, a
/// loop starts again after a pause. A callback that cannot continue ends the process with exit code 1 and one line on standard error.
/// </summary>
/// <remarks>A callback's name is a label value: a fixed word such as <c>hosts_file</c>, never text from outside.</remarks>
[SuppressMessage("Design", "CA1031", Justification = "The purpose of this class is to catch everything.")]
public sealed class CallbackGuard
{
    /// <summary>How many failures in a row, each soon after the start before it, end a process that cannot run without the thread.</summary>
    public const int MaxFailuresInRow = 10;

    private static readonly TimeSpan MinPause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan MaxPause = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, CallbackFailures> _failures = new(StringComparer.Ordinal);
    private readonly Func<string, CallbackFailures> _create;
    private readonly TimeProvider _timeProvider;
    private readonly Action<string> _endProcess;

    /// <summary>A guard. Several may exist over one registry; each limits its own log lines.</summary>
    /// <param name="metrics">Where failures are counted.</param>
    /// <param name="timeProvider">The clock of timers, pauses and the limit on log lines.</param>
    /// <param name="logger">Where failures are logged.</param>
    /// <param name="endProcess">Ends the process with exit code 1, given the line that says why; by default the thread ends and nothing else.</param>
    public CallbackGuard(MetricRegistry metrics, TimeProvider timeProvider, ILogger logger, Action<string>? endProcess = null)
    {
        CounterFamily counters = metrics.Counters(
            "clusterdns_callback_failures_total",
            "Counter of exceptions caught in background work (timers, threads, loops, handlers) that continued.",
            "callback");
        _create = callback => new CallbackFailures(callback, counters.With(callback), timeProvider, logger);
        _timeProvider = timeProvider;
        _endProcess = endProcess ?? (static _ => { });
    }

    /// <summary>Starts the threads of <see cref="RunAside"/>; a test may also wait for them.</summary>
    public Action<Thread> StartAside { get; init; } = static thread => thread.Start();

    /// <summary>A timer whose callback may throw: the timer fires again.</summary>
    /// <typeparam name="T">The type of <paramref name="state"/>.</typeparam>
    /// <param name="callback">The callback's name.</param>
    /// <param name="action">The callback.</param>
    /// <param name="state">Its argument.</param>
    /// <param name="dueTime">As for <see cref="TimeProvider.CreateTimer"/>.</param>
    /// <param name="period">As for <see cref="TimeProvider.CreateTimer"/>.</param>
    public ITimer CreateTimer<T>(string callback, Action<T> action, T state, TimeSpan dueTime, TimeSpan period)
        => _timeProvider.CreateTimer(
            static guarded => ((GuardedAction<T>)guarded!).Run(), new GuardedAction<T>(Find(callback), action, state), dueTime, period);

    /// <summary>A thread that has not started. When it throws it runs again after a pause, until it returns.</summary>
    /// <param name="callback">The callback's name.</param>
    /// <param name="name">The thread's name.</param>
    /// <param name="run">What it runs; it may be called again after it has thrown.</param>
    /// <param name="onEnd">Called once when the thread ends, also after it gave up.</param>
    /// <param name="isBackground">Whether the process may end while it runs.</param>
    /// <param name="isEssential">Whether the process ends when it fails <see cref="MaxFailuresInRow"/> times in a row.</param>
    public Thread CreateThread(string callback, string name, Action run, Action? onEnd = null, bool isBackground = false, bool isEssential = false)
    {
        CallbackFailures failures = Find(callback);
        Action end = onEnd is null ? static () => { } : Wrap(callback, onEnd);
        return new Thread(Run) { Name = name, IsBackground = isBackground };

        void Run()
        {
            RunThread(failures, run, isEssential);
            end();
        }
    }

    /// <summary>Runs something once, on a thread of its own: long work there keeps no thread of the pool from clients.</summary>
    /// <param name="callback">The callback's name, and the thread's.</param>
    /// <param name="action">What to run.</param>
    public void RunAside(string callback, Action action)
        => StartAside(new Thread(new ThreadStart(Wrap(callback, action))) { Name = callback, IsBackground = true });

    /// <summary>Runs something once, on the pool.</summary>
    /// <param name="callback">The callback's name.</param>
    /// <param name="work">What to run.</param>
    /// <returns>Completes when it ends, whether it throws or not.</returns>
    public Task Run(string callback, Func<Task> work) => Task.Run(() => ObserveAsync(callback, work), CancellationToken.None);

    /// <summary>As <see cref="Run"/>, on the calling thread until the work waits for the first time.</summary>
    /// <param name="callback">The callback's name.</param>
    /// <param name="work">What to run.</param>
    public async Task ObserveAsync(string callback, Func<Task> work)
    {
        try
        {
            await work().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Report(callback, exception);
        }
    }

    /// <summary>Runs a loop on the pool. When it throws it runs again after a pause, until it returns or is stopped.</summary>
    /// <param name="callback">The callback's name.</param>
    /// <param name="loop">The loop.</param>
    /// <param name="stopping">Set when the loop is to end; cancellation is then no failure.</param>
    /// <returns>Completes when it has ended, and never fails.</returns>
    public Task StartLoop(string callback, Func<Task> loop, CancellationToken stopping)
        => Task.Run(() => RunLoopAsync(callback, loop, stopping), CancellationToken.None);

    /// <summary>As <see cref="StartLoop"/>, on the calling thread until the loop waits for the first time.</summary>
    /// <param name="callback">The callback's name.</param>
    /// <param name="loop">The loop.</param>
    /// <param name="stopping">Set when the loop is to end; cancellation is then no failure.</param>
    public async Task RunLoopAsync(string callback, Func<Task> loop, CancellationToken stopping)
    {
        CallbackFailures failures = Find(callback);
        for (int inRow = 1; ; inRow++)
        {
            long start = _timeProvider.GetTimestamp();
            try
            {
                await loop().ConfigureAwait(false);
                return;
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                failures.Report(exception);
                inRow = IsSoon(start) ? inRow : 1;
            }

            try
            {
                await Task.Delay(GetPause(inRow), _timeProvider, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception exception)
            {
                // No memory for a timer: give the processor to whoever may free some.
                failures.Report(exception);
                Thread.Sleep(MinPause);
            }

            if (stopping.IsCancellationRequested)
            {
                return;
            }
        }
    }

    /// <summary>Queues something to the pool.</summary>
    /// <param name="callback">The callback's name.</param>
    /// <param name="item">What to run.</param>
    public void Queue(string callback, IThreadPoolWorkItem item)
        => ThreadPool.UnsafeQueueUserWorkItem(
            static guarded => guarded.Run(),
            new GuardedAction<IThreadPoolWorkItem>(Find(callback), static queued => queued.Execute(), item),
            preferLocal: false);

    /// <summary>Watches a task that nobody awaits.</summary>
    /// <param name="callback">The callback's name.</param>
    /// <param name="task">The task; its failure is reported.</param>
    public void Forget(string callback, Task task)
    {
        if (!task.IsCompletedSuccessfully)
        {
            _ = ObserveAsync(callback, () => task);
        }
    }

    /// <summary>Registers a callback of a cancellation token.</summary>
    /// <typeparam name="T">The type of <paramref name="state"/>.</typeparam>
    /// <param name="callback">The callback's name.</param>
    /// <param name="action">The callback.</param>
    /// <param name="state">Its argument.</param>
    /// <param name="token">The token.</param>
    public CancellationTokenRegistration Register<T>(string callback, Action<T> action, T state, CancellationToken token)
        => token.UnsafeRegister(
            static guarded => ((GuardedAction<T>)guarded!).Run(), new GuardedAction<T>(Find(callback), action, state));

    /// <summary>Handles a signal in place of what the system does with it.</summary>
    /// <param name="callback">The callback's name.</param>
    /// <param name="signal">The signal.</param>
    /// <param name="action">The handler.</param>
    public PosixSignalRegistration HandleSignal(string callback, PosixSignal signal, Action action)
    {
        Action guarded = Wrap(callback, action);
        return PosixSignalRegistration.Create(
            signal,
            context =>
            {
                context.Cancel = true;
                guarded();
            });
    }

    /// <summary>An action that does not throw, for callbacks that others call: continuations and events.</summary>
    /// <param name="callback">The callback's name.</param>
    /// <param name="action">What it does.</param>
    public Action Wrap(string callback, Action action)
        => new GuardedAction<Action>(Find(callback), static wrapped => wrapped(), action).Run;

    /// <summary>Counts and logs a failure that the caller has caught. It does not throw.</summary>
    /// <param name="callback">The callback's name.</param>
    /// <param name="exception">What was caught.</param>
    public void Report(string callback, Exception exception)
    {
        try
        {
            Find(callback).Report(exception);
        }
        catch (Exception)
        {
            // No memory is left even for the counter of a name that is new.
        }
    }

    /// <summary>Ends the process with exit code 1. It does not throw.</summary>
    /// <param name="problem">Why, as one line.</param>
    public void EndProcess(string problem)
    {
        try
        {
            _endProcess(problem);
        }
        catch (Exception exception)
        {
            Report("end_process", exception);
        }
    }

    private CallbackFailures Find(string callback)
        => _failures.TryGetValue(callback, out CallbackFailures? found) ? found : _failures.GetOrAdd(callback, _create);

    private void RunThread(CallbackFailures failures, Action run, bool isEssential)
    {
        for (int inRow = 1; ; inRow++)
        {
            long start = _timeProvider.GetTimestamp();
            try
            {
                run();
                return;
            }
            catch (Exception exception)
            {
                failures.Report(exception);
                inRow = IsSoon(start) ? inRow : 1;
                if (isEssential && inRow >= MaxFailuresInRow)
                {
                    EndProcess($"thread '{failures.Callback}' keeps failing: {exception.GetType().Name}: {exception.Message}");
                    return;
                }
            }

            Pause(failures, GetPause(inRow));
        }
    }

    private void Pause(CallbackFailures failures, TimeSpan pause)
    {
        try
        {
            Task.Delay(pause, _timeProvider).GetAwaiter().GetResult();
        }
        catch (Exception exception)
        {
            failures.Report(exception);
            Thread.Sleep(pause);
        }
    }

    private bool IsSoon(long start) => _timeProvider.GetElapsedTime(start) < MaxPause;

    private static TimeSpan GetPause(int inRow)
        => inRow >= MaxFailuresInRow ? MaxPause : TimeSpan.FromTicks(Math.Min(MinPause.Ticks << (inRow - 1), MaxPause.Ticks));

    private sealed class GuardedAction<T>(CallbackFailures failures, Action<T> action, T state)
    {
        public void Run()
        {
            try
            {
                action(state);
            }
            catch (Exception exception)
            {
                failures.Report(exception);
            }
        }
    }
}
