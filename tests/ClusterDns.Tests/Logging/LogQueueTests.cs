using System.Text;
using ClusterDns.Core.Metrics;
using ClusterDns.Server.Logging;
using ClusterDns.TestKit;
using ClusterDns.Tests.Listeners;

namespace ClusterDns.Tests.Logging;

public sealed class LogQueueTests : IDisposable
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(1);

    private readonly MetricRegistry _metrics = new();
    private readonly GatedStream _stream = new();

    public void Dispose() => _stream.Dispose();

    [Fact]
    public void LinesComeOutInOrder()
    {
        using LogQueue queue = new(_stream, _metrics);

        Assert.True(queue.TryWriteLine("one"u8));
        Assert.True(queue.TryWriteLine("two"u8));

        Assert.True(queue.Stop(TestListener.Patience));
        Assert.Equal("one\ntwo\n", _stream.Text);
    }

    [Fact]
    public async Task AReaderThatStopsReadingStopsNobody()
    {
        _stream.Close(reads: false);
        using LogQueue queue = new(_stream, _metrics);
        byte[] line = [.. Enumerable.Repeat((byte)'x', 1023)];
        queue.TryWriteLine(line);
        await TestListener.UntilAsync(() => _stream.IsHeldUp);

        // Twice what there is room for: it all returns at once, and the second half is counted.
        int taken = Enumerable.Range(0, 2 * LogQueue.Capacity / 1024).Count(_ => queue.TryWriteLine(line));

        Assert.Equal(LogQueue.Capacity / 1024, taken);
        Assert.Equal(taken, Dropped);

        _stream.Close(reads: true);
        await TestListener.UntilAsync(() => queue.TryWriteLine("again"u8));
        Assert.True(queue.Stop(TestListener.Patience));
        string[] lines = _stream.Text.Split('\n');
        Assert.Contains("again", lines, StringComparer.Ordinal);

        // Told in as many lines as the queue was full times; together they are all that were dropped.
        Assert.Equal(Dropped, lines
            .Where(static line => line.StartsWith("[WARNING] ", StringComparison.Ordinal))
            .Sum(static line => long.Parse(line.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture)));
    }

    [Fact]
    public async Task StoppingDoesNotWaitForAReaderForEver()
    {
        _stream.Close(reads: false);
        using LogQueue queue = new(_stream, _metrics);
        queue.TryWriteLine("one"u8);
        await TestListener.UntilAsync(() => _stream.IsHeldUp);

        Assert.False(queue.Stop(TimeSpan.Zero));
        Assert.False(queue.TryWriteLine("two"u8));
        _stream.Close(reads: true);
    }

    [Fact]
    public async Task Failed_write_is_tried_again_until_it_succeeds()
    {
        _stream.Break(broken: true);
        using LogQueue queue = new(_stream, _metrics, RetryDelay);
        queue.TryWriteLine("one"u8);
        await TestListener.UntilAsync(() => WriteErrors > 2);
        queue.TryWriteLine("two"u8);
        _stream.Break(broken: false);

        await TestListener.UntilAsync(() => string.Equals(_stream.Text, "one\ntwo\n", StringComparison.Ordinal));
        Assert.Equal(0, Dropped);
    }

    [Fact]
    public async Task Lines_dropped_while_writing_fails_are_counted_and_reported_with_the_cause()
    {
        _stream.Break(broken: true);
        using LogQueue queue = new(_stream, _metrics, RetryDelay);
        queue.TryWriteLine("one"u8);
        await TestListener.UntilAsync(() => WriteErrors > 0);
        byte[] line = [.. Enumerable.Repeat((byte)'x', 1023)];
        int refused = Enumerable.Range(0, LogQueue.Capacity / 1024 * 2).Count(_ => !queue.TryWriteLine(line));
        _stream.Break(broken: false);

        await TestListener.UntilAsync(() => _stream.Text.Contains(
            $"\n[WARNING] {refused} log lines dropped: the log could not be written: broken pipe\n", StringComparison.Ordinal));
        Assert.True(refused > 0);
        Assert.Equal(refused, DroppedAs("write_failed"));
        Assert.Equal(0, DroppedAs("slow_reader"));
    }

    [Fact]
    public void Stop_does_not_wait_for_an_output_that_fails()
    {
        _stream.Break(broken: true);
        using LogQueue queue = new(_stream, _metrics);
        queue.TryWriteLine("one"u8);

        Assert.True(queue.Stop(TestListener.Patience));
        Assert.Equal("", _stream.Text);
    }

    [Fact]
    public async Task Full_device_fails_and_does_not_end_the_writer()
    {
        if (!File.Exists("/dev/full"))
        {
            return;
        }

        using StandardOutputStream full = new(File.OpenHandle("/dev/full", FileMode.Open, FileAccess.Write));
        using LogQueue queue = new(full, _metrics, RetryDelay);
        queue.TryWriteLine("one"u8);

        await TestListener.UntilAsync(() => WriteErrors > 3);
        Assert.Equal(0, _metrics.Counters("clusterdns_callback_failures_total", "", "callback").With("log_writer").Value);
    }

    [Fact]
    public void Pipe_without_a_reader_is_a_failed_write()
    {
        using System.IO.Pipes.AnonymousPipeServerStream pipe = new(System.IO.Pipes.PipeDirection.Out);
        using StandardOutputStream output = new(new Microsoft.Win32.SafeHandles.SafeFileHandle(
            pipe.SafePipeHandle.DangerousGetHandle(), ownsHandle: false));
        output.Write("read"u8);
        pipe.DisposeLocalCopyOfClientHandle();

        Assert.Throws<IOException>(() => output.Write("lost"u8));
    }

    [Fact]
    public void ALineLongerThanTheQueueIsDropped()
    {
        using LogQueue queue = new(_stream, _metrics);

        Assert.False(queue.TryWriteLine(new byte[LogQueue.Capacity]));
        Assert.True(queue.TryWriteLine(new byte[100]));
        Assert.Equal(1, Dropped);
    }

    [Fact]
    public void ALineAllocatesNothing()
    {
        using LogQueue queue = new(_stream, _metrics);
        byte[] line = Encoding.UTF8.GetBytes("a line of the usual length, or thereabouts");

        Assert.Equal(0, Allocations.Count(() => queue.TryWriteLine(line)));
    }

    private long Dropped => DroppedAs("slow_reader") + DroppedAs("write_failed");

    private long WriteErrors => _metrics.Counter("clusterdns_log_write_errors_total", "").Value;

    private long DroppedAs(string reason) => _metrics.Counters("clusterdns_log_lines_dropped_total", "", "reason").With(reason).Value;

    /// <summary>A pipe whose other end may stop reading, or go away.</summary>
    private sealed class GatedStream : MemoryStream
    {
        private readonly ManualResetEventSlim _gate = new(initialState: true);
        private readonly MemoryStream _written = new();
        private volatile bool _broken;
        private volatile bool _heldUp;

        public bool IsHeldUp => _heldUp;

        public string Text
        {
            get
            {
                lock (_written)
                {
                    return Encoding.UTF8.GetString(_written.ToArray());
                }
            }
        }

        public void Close(bool reads)
        {
            if (reads)
            {
                _gate.Set();
            }
            else
            {
                _gate.Reset();
            }
        }

        public void Break(bool broken) => _broken = broken;

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            _heldUp = !_gate.IsSet;
            _gate.Wait();
            if (_broken)
            {
                throw new IOException("broken pipe");
            }

            lock (_written)
            {
                _written.Write(buffer);
            }
        }

        protected override void Dispose(bool disposing)
        {
            _gate.Set();
            base.Dispose(disposing);
        }
    }
}
