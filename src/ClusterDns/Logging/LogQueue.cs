using System.Globalization;
using System.Text;
using ClusterDns.Core.Execution;
using ClusterDns.Core.Logging;
using ClusterDns.Core.Metrics;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClusterDns.Logging;

/// <summary>
/// Takes log lines from every thread and hands them to one that writes, so that whoever reads the output, or has stopped
/// reading it, never makes a query wait. Lines for which there is no room are dropped and counted.
/// </summary>
internal sealed class LogQueue : ILogOutput, IDisposable
{
    /// <summary>How many bytes of lines wait at most; as many again may be in the writer's hands.</summary>
    public const int Capacity = 512 * 1024;

    private readonly object _gate = new();
    private readonly Stream _output;
    private readonly Counter _dropped;
    private readonly Thread _writer;
    private byte[] _waiting = GC.AllocateUninitializedArray<byte>(Capacity);
    private byte[] _writing = GC.AllocateUninitializedArray<byte>(Capacity);
    private int _waitingLength;
    private long _droppedUnreported;
    private bool _stopping;

    /// <summary>A queue with its writer running.</summary>
    /// <param name="output">Where the lines go.</param>
    /// <param name="metrics">Where drops are counted.</param>
    public LogQueue(Stream output, MetricRegistry metrics)
    {
        _output = output;
        _dropped = metrics.Counter("clusterdns_log_lines_dropped_total", "Counter of log lines for which the queue had no room.");
        _writer = new CallbackGuard(metrics, TimeProvider.System, NullLogger.Instance).CreateThread("log_writer", "log writer", Write, isBackground: true);
        _writer.Start();
    }

    /// <inheritdoc/>
    public bool TryWriteLine(ReadOnlySpan<byte> line)
    {
        lock (_gate)
        {
            if (_stopping || _waiting.Length - _waitingLength <= line.Length)
            {
                _droppedUnreported++;
                _dropped.Add();
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
    /// <returns>Whether all were written.</returns>
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
        try
        {
            while (TryTake(out int length))
            {
                _output.Write(_writing.AsSpan(0, length));
                _output.Flush();
            }
        }
        catch (IOException)
        {
            // The reader is gone. There is nobody to tell, and queries are to be answered all the same.
            lock (_gate)
            {
                _stopping = true;
            }
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

        byte[] line = Encoding.UTF8.GetBytes(
            string.Create(CultureInfo.InvariantCulture, $"[WARNING] {_droppedUnreported} log lines dropped: their reader is too slow"));
        if (_waiting.Length - _waitingLength > line.Length)
        {
            Append(line);
            _droppedUnreported = 0;
        }
    }
}
