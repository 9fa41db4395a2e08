using System.Text;
using ClusterDns.Core.Metrics;
using ClusterDns.Logging;
using ClusterDns.TestKit;
using ClusterDns.Tests.Listeners;

namespace ClusterDns.Tests.Logging;

public sealed class LogQueueTests : IDisposable
{
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
    public async Task AReaderThatIsGoneIsNotAnError()
    {
        _stream.Break();
        using LogQueue queue = new(_stream, _metrics);
        queue.TryWriteLine("one"u8);

        await TestListener.UntilAsync(() => !queue.TryWriteLine("two"u8));
        Assert.True(queue.Stop(TestListener.Patience));
        Assert.True(Dropped > 0);
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

    private long Dropped => _metrics.Counter(
        "clusterdns_log_lines_dropped_total", "Counter of log lines for which the queue had no room.").Value;

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

        public void Break() => _broken = true;

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
