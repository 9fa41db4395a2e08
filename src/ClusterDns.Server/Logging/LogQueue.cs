using System.Globalization;
using System.Text;
using ClusterDns.Core.Execution;
using ClusterDns.Core.Logging;
using ClusterDns.Core.Metrics;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClusterDns.Server.Logging;

/// <summary>
/// Takes log lines from every thread and hands them to one that writes, so that whoever reads the output, or has stopped
/// reading it, never makes a query wait. A write that fails (a full disk, a pipe whose reader is gone) is tried again until it
/// succeeds. Lines for which there is no room meanwhile are dropped, counted, and reported when writing works again.
/// </summary>
internal sealed class LogQueue : ILogOutput, IDisposable
{
    /// <summary>How many bytes of lines wait at most unless memory is scarce; as many again may be in the writer's hands.</summary>
    public const int Capacity = 512 * 1024;

    /// <summary>The smallest queue: a few hundred lines.</summary>
    public const int LeastCapacity = 64 * 1024;

    private static readonly TimeSpan DefaultRetryDelay = TimeSpan.FromMilliseconds(250);

    private readonly object _gate = new();
    private readonly Stream _output;
    private readonly TimeSpan _retryDelay;
    private readonly Counter _droppedAsFull;
    private readonly Counter _droppedAsFailing;
    private readonly Counter _writeErrors;
    private readonly Thread _writer;
    private byte[] _waiting;
    private byte[] _writing;
    private int _waitingLength;
    private long _droppedUnreported;
    private string? _failure;
    private string? _dropCause;
    private bool _stopping;

    /// <summary>A queue with its writer running.</summary>
    /// <param name="output">Where the lines go.</param>
    /// <param name="metrics">Where drops and failed writes are counted.</param>
    /// <param name="retryDelay">How long to wait after a failed write; null for a quarter of a second.</param>
    /// <param name="capacity">How many bytes of lines wait at most.</param>
    public LogQueue(Stream output, MetricRegistry metrics, TimeSpan? retryDelay = null, int capacity = Capacity)
    {
        _waiting = GC.AllocateUninitializedArray<byte>(capacity);
        _writing = GC.AllocateUninitializedArray<byte>(capacity);
        _output = output;
        _retryDelay = retryDelay ?? DefaultRetryDelay;
        CounterFamily dropped = metrics.Counters(
            "clusterdns_log_lines_dropped_total", "Counter of log lines that were dropped because the log queue was full.", "reason");
        _droppedAsFull = dropped.With("slow_reader");
        _droppedAsFailing = dropped.With("write_failed");
        _writeErrors = metrics.Counter("clusterdns_log_write_errors_total", "Counter of failed writes of log lines, which are retried.");

        // What the writer itself throws cannot be logged; the counter shows it.
        CallbackGuard guard = new(metrics, TimeProvider.System, NullLogger.Instance);
        _writer = guard.CreateThread("log_writer", "log writer", Write, isBackground: true);
        _writer.Start();
    }

    /// <summary>The capacity of a queue whose two buffers fit into a share of memory.</summary>
    /// <param name="share">The share's bytes.</param>
    public static int CapacityWithin(long share) => (int)Math.Clamp(share / 2, LeastCapacity, Capacity);

    /// <inheritdoc/>
    public bool TryWriteLine(ReadOnlySpan<byte> line)
    {
        lock (_gate)
        {
            if (_stopping || _waiting.Length - _waitingLength <= line.Length)
            {
                _droppedUnreported++;
                _dropCause = _failure;
                (_failure is null ? _droppedAsFull : _droppedAsFailing).Add();
                return false;
            }

            Append(line);
            if (_waitingLength == line.Length + 1)
            {
                Monitor.Pulse(_gate);
            }

            return true;
        }
    }

    /// <summary>Takes no more lines and waits until those that are there are written, but not for ever.</summary>
    /// <param name="patience">How long to wait for a reader that may have stopped reading.</param>
    /// <returns>Whether the writer has ended.</returns>
    public bool Stop(TimeSpan patience)
    {
        lock (_gate)
        {
            _stopping = true;
            Monitor.Pulse(_gate);
        }

        return _writer.Join(patience);
    }

    /// <inheritdoc/>
    public void Dispose() => Stop(TimeSpan.Zero);

    private void Append(ReadOnlySpan<byte> line)
    {
        line.CopyTo(_waiting.AsSpan(_waitingLength));
        _waitingLength += line.Length;
        _waiting[_waitingLength++] = (byte)'\n';
    }

    private void Write()
    {
        while (TryTake(out int length))
        {
            for (int written = 0; written < length;)
            {
                try
                {
                    written += WriteSome(_writing.AsSpan(written, length - written));
                    SetFailure(null);
                }
                catch (Exception exception) when (
                    exception is IOException or UnauthorizedAccessException or ObjectDisposedException or NotSupportedException)
                {
                    _writeErrors.Add();
                    SetFailure(exception.Message);
                    if (!WaitToRetry())
                    {
                        return;
                    }
                }
            }
        }
    }

    /// <summary>Writes; a stream that cannot say how much it wrote before it failed writes again what it had.</summary>
    private int WriteSome(ReadOnlySpan<byte> data)
    {
        if (_output is StandardOutputStream descriptor)
        {
            return descriptor.WriteSome(data);
        }

        _output.Write(data);
        _output.Flush();
        return data.Length;
    }

    private void SetFailure(string? failure)
    {
        lock (_gate)
        {
            _failure = failure;
        }
    }

    /// <summary>Waits before the next try; false when the process is stopping and does not wait for the output.</summary>
    private bool WaitToRetry()
    {
        lock (_gate)
        {
            if (_stopping)
            {
                return false;
            }

            // A stop ends the wait, and one last try follows.
            Monitor.Wait(_gate, _retryDelay);
            return true;
        }
    }

    private bool TryTake(out int length)
    {
        lock (_gate)
        {
            ReportDrops();
            while (_waitingLength == 0 && !_stopping)
            {
                Monitor.Wait(_gate);
            }

            (_waiting, _writing) = (_writing, _waiting);
            length = _waitingLength;
            _waitingLength = 0;
            return length > 0;
        }
    }

    private void ReportDrops()
    {
        if (_droppedUnreported == 0)
        {
            return;
        }

        string cause = _dropCause is null ? "the reader of the log is too slow" : $"the log could not be written: {LogLine.Escape(_dropCause)}";
        byte[] line = Encoding.UTF8.GetBytes(
            string.Create(CultureInfo.InvariantCulture, $"[WARNING] {_droppedUnreported} log lines dropped: {cause}"));
        if (_waiting.Length - _waitingLength > line.Length)
        {
            Append(line);
            _droppedUnreported = 0;
            _dropCause = null;
        }
    }
}
