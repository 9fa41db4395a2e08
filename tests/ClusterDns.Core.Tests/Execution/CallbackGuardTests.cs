using System.Runtime.InteropServices;
using ClusterDns.Core.Execution;
using ClusterDns.Core.Metrics;
using Microsoft.Extensions.Time.Testing;

namespace ClusterDns.Core.Tests.Execution;

public sealed class CallbackGuardTests
{
    /// <summary>SIGWINCH: no process dies of it, whoever else handles it.</summary>
    private const int WindowChanged = 28;

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly MetricRegistry _metrics = new();
    private readonly FakeTimeProvider _time = new();
    private readonly GuardLog _log = new();
    private readonly List<string> _ends = [];
    private readonly CallbackGuard _guard;

    public CallbackGuardTests() => _guard = new CallbackGuard(_metrics, _time, _log, _ends.Add);

    public static TheoryData<Type> Kinds => [typeof(InvalidOperationException), typeof(OutOfMemoryException), typeof(NullReferenceException)];

    private CallbackGuard Unpaused => new(_metrics, new InstantTime(), _log, _ends.Add);

    private long Failures => _metrics.Counters("clusterdns_callback_failures_total", "", "callback").With("test").Value;

    [Fact]
    public void Work_aside_runs_once_on_a_thread_of_its_own_and_its_failure_is_reported()
    {
        Thread? started = null;
        Thread? ran = null;
        bool isBackground = false;
        int calls = 0;
        CallbackGuard guard = new(_metrics, TimeProvider.System, _log)
        {
            StartAside = thread =>
            {
                started = thread;
                thread.Start();
            },
        };

        guard.RunAside("test", () =>
        {
            ran = Thread.CurrentThread;
            isBackground = ran.IsBackground && !ran.IsThreadPoolThread;
            calls++;
            throw new InvalidOperationException("a bug");
        });
        started!.Join();

        Assert.Same(started, ran);
        Assert.True(isBackground);
        Assert.Equal(1, calls);
        Assert.Equal(1, _metrics.Counters("clusterdns_callback_failures_total", "", "callback").With("test").Value);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Timer_that_throws_fires_again(Type kind)
    {
        int calls = 0;
        using ITimer timer = _guard.CreateTimer(
            "test",
            _ =>
            {
                calls++;
                throw Create(kind);
            },
            this,
            Second,
            Second);

        _time.Advance(3 * Second);

        Assert.Equal(3, calls);
        AssertReportedOnce(3);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Thread_that_throws_runs_again(Type kind)
    {
        int calls = 0;
        bool ended = false;
        Thread thread = Unpaused.CreateThread("test", "test thread", () => ThrowTwice(ref calls, kind), () => ended = true);

        thread.Start();
        thread.Join();

        Assert.Equal(3, calls);
        Assert.True(ended);
        Assert.Empty(_ends);
        AssertReportedOnce(2);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Essential_thread_that_keeps_throwing_ends_the_process(Type kind)
    {
        int calls = 0;
        bool ended = false;
        Thread thread = Unpaused.CreateThread(
            "test",
            "test thread",
            () =>
            {
                calls++;
                throw Create(kind);
            },
            () => ended = true,
            isEssential: true);

        thread.Start();
        thread.Join();

        Assert.Equal(CallbackGuard.MaxFailuresInRow, calls);
        Assert.True(ended);
        Assert.StartsWith("thread 'test' keeps failing: ", Assert.Single(_ends), StringComparison.Ordinal);
        AssertReportedOnce(CallbackGuard.MaxFailuresInRow);
    }

    [Fact]
    public void Essential_thread_that_fails_now_and_then_goes_on()
    {
        int calls = 0;
        AdvancingTime time = new();
        Thread thread = new CallbackGuard(_metrics, time, _log, _ends.Add).CreateThread(
            "test",
            "test thread",
            () =>
            {
                time.Now += TimeSpan.FromMinutes(1);
                if (++calls <= 2 * CallbackGuard.MaxFailuresInRow)
                {
                    throw new InvalidOperationException();
                }
            },
            isEssential: true);

        thread.Start();
        thread.Join();

        Assert.Equal((2 * CallbackGuard.MaxFailuresInRow) + 1, calls);
        Assert.Empty(_ends);
    }

    [Fact]
    public void Failure_to_end_the_process_does_not_leave_the_thread()
    {
        CallbackGuard guard = new(_metrics, new InstantTime(), _log, static _ => throw new IOException("closed"));
        Thread thread = guard.CreateThread("test", "test thread", static () => throw new InvalidOperationException(), isEssential: true);

        thread.Start();
        thread.Join();

        Assert.Equal(1, _metrics.Counters("clusterdns_callback_failures_total", "", "callback").With("end_process").Value);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Work_that_throws_completes(Type kind)
    {
        await _guard.Run("test", () => throw Create(kind));
        await _guard.Run("test", () => Task.FromException(Create(kind)));
        await _guard.ObserveAsync("test", async () =>
        {
            await Task.Yield();
            throw Create(kind);
        });

        AssertReportedOnce(3);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Loop_that_throws_runs_again_until_it_returns(Type kind)
    {
        int calls = 0;
        await Unpaused.StartLoop(
            "test",
            async () =>
            {
                await Task.Yield();
                ThrowTwice(ref calls, kind);
            },
            CancellationToken.None);

        Assert.Equal(3, calls);
        AssertReportedOnce(2);
    }

    [Fact]
    public async Task Loop_that_throws_pauses_longer_each_time()
    {
        int calls = 0;
        using CancellationTokenSource stopping = new();
        Task loop = _guard.RunLoopAsync(
            "test",
            () =>
            {
                calls++;
                throw new InvalidOperationException();
            },
            stopping.Token);

        Assert.Equal(1, calls);
        await Task.Run(() => _time.Advance(TimeSpan.FromMilliseconds(10)));
        Assert.Equal(2, calls);
        await Task.Run(() => _time.Advance(TimeSpan.FromMilliseconds(10)));
        Assert.Equal(2, calls);
        await Task.Run(() => _time.Advance(TimeSpan.FromMilliseconds(10)));
        Assert.Equal(3, calls);
        await stopping.CancelAsync();
        await loop;
        Assert.Equal(3, calls);
    }

    [Fact]
    public async Task Loop_that_is_cancelled_has_not_failed()
    {
        using CancellationTokenSource stopping = new();
        await stopping.CancelAsync();

        await _guard.StartLoop("test", () => Task.FromCanceled(stopping.Token), stopping.Token);

        Assert.Equal(0, Failures);
    }

    [Fact]
    public async Task Cancellation_by_something_else_is_a_failure_of_a_loop()
    {
        int calls = 0;
        await Unpaused.StartLoop(
            "test",
            () => ++calls == 1 ? Task.FromCanceled(new CancellationToken(canceled: true)) : Task.CompletedTask,
            CancellationToken.None);

        Assert.Equal(2, calls);
        AssertReportedOnce(1);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Queued_item_that_throws_is_reported(Type kind)
    {
        using ManualResetEventSlim executed = new();
        CallbackGuard guard = new(_metrics, _time, new SignallingLog(_log, executed));

        guard.Queue("test", new ThrowingItem(kind));
        executed.Wait();

        AssertReportedOnce(1);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Forgotten_task_that_fails_is_reported(Type kind)
    {
        TaskCompletionSource pending = new();

        _guard.Forget("test", Task.CompletedTask);
        _guard.Forget("test", Task.FromException(Create(kind)));
        _guard.Forget("test", pending.Task);
        await Task.Run(() => pending.SetException(Create(kind)));

        AssertReportedOnce(2);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Registration_that_throws_does_not_disturb_who_cancels(Type kind)
    {
        using CancellationTokenSource source = new();
        using CancellationTokenRegistration registration = _guard.Register("test", type => throw Create(type), kind, source.Token);

        source.Cancel();

        AssertReportedOnce(1);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Wrapped_action_does_not_throw(Type kind)
    {
        Action wrapped = _guard.Wrap("test", () => throw Create(kind));

        wrapped();
        wrapped();

        AssertReportedOnce(2);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Signal_handler_that_throws_does_not_end_the_process(Type kind)
    {
        using ManualResetEventSlim handled = new();
        CallbackGuard guard = new(_metrics, _time, new SignallingLog(_log, handled));
        using PosixSignalRegistration registration = guard.HandleSignal("test", (PosixSignal)WindowChanged, () => throw Create(kind));

        Assert.Equal(0, Kill(Environment.ProcessId, WindowChanged));
        handled.Wait();

        Assert.Single(_log.Lines);
    }

    [Fact]
    public void Failures_are_logged_once_a_minute_with_the_number_of_those_between()
    {
        Action wrapped = _guard.Wrap("test", static () => throw new InvalidOperationException("wrong"));
        wrapped();
        _time.Advance(TimeSpan.FromSeconds(59));
        wrapped();
        wrapped();
        _time.Advance(Second);
        wrapped();

        Assert.Equal(
            "test failed and continues: InvalidOperationException: wrong\n" +
            "test failed and continues: InvalidOperationException: wrong (2 more failures since the last report)",
            string.Join('\n', _log.Lines));
        Assert.Equal(4, Failures);
    }

    [Fact]
    public void Each_callback_has_a_limit_of_its_own()
    {
        _guard.Report("one", new InvalidOperationException("a"));
        _guard.Report("two", new InvalidOperationException("b"));

        Assert.Equal(2, _log.Lines.Count);
    }

    [Fact]
    public void Log_that_fails_does_not_disturb_and_is_tried_at_the_next_failure()
    {
        Action wrapped = _guard.Wrap("test", static () => throw Create(typeof(OutOfMemoryException)));
        _log.Failure = Create(typeof(OutOfMemoryException));
        wrapped();
        _log.Failure = null;
        wrapped();

        AssertReportedOnce(2);
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);

    private static Exception Create(Type kind) => (Exception)Activator.CreateInstance(kind)!;

    private static void ThrowTwice(ref int calls, Type kind)
    {
        if (++calls <= 2)
        {
            throw Create(kind);
        }
    }

    private void AssertReportedOnce(long failures)
    {
        Assert.Equal(failures, Failures);
        Assert.StartsWith("test failed and continues: ", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    private sealed class ThrowingItem(Type kind) : IThreadPoolWorkItem
    {
        public void Execute() => throw Create(kind);
    }

    /// <summary>Time that only the test moves, with timers that are due at once.</summary>
    private sealed class AdvancingTime : TimeProvider
    {
        public TimeSpan Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
            => new Timer(callback, state, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }
}
