using System.Buffers;
using System.Net.Sockets;
using ClusterDns.Core.Execution;

namespace ClusterDns.Server.Listeners.Tcp;

/// <summary>
/// What a connection has yet to send, in segments. Answers are put together while others are on their way, so that a client that asks
/// many at once gets few packets; no lock is held while anything is sent. Every segment is reserved before it is allocated.
/// </summary>
/// <param name="socket">The connection.</param>
/// <param name="memory">Where segments are reserved.</param>
/// <param name="timeProvider">The clock of <see cref="SendStarted"/>.</param>
/// <param name="guard">Watches what is sent.</param>
/// <param name="onProgress">Called when everything was sent, and when sending failed.</param>
internal sealed class TcpOutput(
    Socket socket, IStreamMemory memory, TimeProvider timeProvider, CallbackGuard guard, Action onProgress)
{
    /// <summary>
    /// The most bytes of one send. A larger send would have the kernel queue more than the send buffer's size to a client that does not read.
    /// </summary>
    internal const int SegmentSize = 8192;

    /// <summary>The segment of a connection that sends one small answer at a time.</summary>
    private const int SmallSegmentSize = 2048;

    private readonly Lock _lock = new();
    private Queue<Segment>? _full;
    private Segment _last;
    private int _backlog;
    private int _held;
    private bool _sending;
    private bool _failed;
    private long _sendStarted;

    /// <summary>When the send that is under way began; 0 when none is.</summary>
    internal long SendStarted => Volatile.Read(ref _sendStarted);

    /// <summary>How many bytes wait for their turn, without those that are on their way.</summary>
    internal int Backlog => Volatile.Read(ref _backlog);

    /// <summary>How many bytes of memory the segments take, with those that are on their way.</summary>
    internal int Held => Volatile.Read(ref _held);

    /// <summary>Whether the client can no longer be reached.</summary>
    internal bool HasFailed
    {
        get
        {
            lock (_lock)
            {
                return _failed;
            }
        }
    }

    /// <summary>Whether everything was sent, or never will be.</summary>
    internal bool IsIdle
    {
        get
        {
            lock (_lock)
            {
                return !_sending && (_backlog == 0 || _failed);
            }
        }
    }

    /// <summary>Adds an answer with its length before it. It is sent on <see cref="Flush"/> at the latest.</summary>
    /// <returns>False when there is no memory for it: the connection has to end, since the client would miss an answer.</returns>
    internal bool TryAppend(ReadOnlySpan<byte> framed)
    {
        int size;
        lock (_lock)
        {
            if (_failed)
            {
                return true;
            }

            if (_last.Room >= framed.Length)
            {
                Fill(framed);
                return true;
            }

            size = _last.IsEmpty && framed.Length <= SmallSegmentSize ? SmallSegmentSize : SegmentSize;
        }

        // Reserved outside the lock, since it may end other connections. It is enough also when the last segment was taken meanwhile.
        int reserved = (framed.Length + size - 1) / size * size;
        if (!memory.TryReserve(reserved))
        {
            return false;
        }

        lock (_lock)
        {
            int held = _held;
            try
            {
                if (!_failed)
                {
                    Add(framed, size);
                }
            }
            finally
            {
                memory.Release(reserved - (_held - held));
            }
        }

        return true;
    }

    /// <summary>Sees to it that everything is sent; returns at once.</summary>
    internal void Flush()
    {
        lock (_lock)
        {
            if (_sending || _failed || _backlog == 0)
            {
                return;
            }

            _sending = true;
        }

        guard.Forget("tcp_send", SendAllAsync());
    }

    /// <summary>Drops what waits, so that its memory is free at once. The connection must end.</summary>
    internal void Discard()
    {
        int freed;
        lock (_lock)
        {
            _failed = true;
            freed = DropWaiting();
        }

        memory.Release(freed);
    }

    private async Task SendAllAsync()
    {
        Segment segment = default;
        try
        {
            while (TryTake(ref segment))
            {
                Volatile.Write(ref _sendStarted, Math.Max(1, timeProvider.GetTimestamp()));
                for (int sent = 0; sent < segment.Length;)
                {
                    sent += await socket.SendAsync(segment.Bytes.AsMemory(sent, segment.Length - sent), SocketFlags.None);
                }

                Volatile.Write(ref _sendStarted, 0);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The client is gone, or was cut off.
            GiveUp(segment);
        }
        catch
        {
            // Mostly because no memory is left: the connection has to end, since nobody would send what waits.
            GiveUp(segment);
            onProgress();
            throw;
        }

        onProgress();
    }

    /// <summary>Returns the segment that was sent and takes the next; false, and sending over, when there is none.</summary>
    private bool TryTake(ref Segment segment)
    {
        int freed;
        bool isTaken;
        lock (_lock)
        {
            freed = Return(segment);
            if (_full is { Count: > 0 })
            {
                segment = _full.Dequeue();
            }
            else
            {
                (segment, _last) = (_last, default);
            }

            isTaken = !segment.IsEmpty;
            Volatile.Write(ref _backlog, _backlog - segment.Length);
            _sending = isTaken;
        }

        memory.Release(freed);
        return isTaken;
    }

    private void GiveUp(Segment segment)
    {
        int freed;
        lock (_lock)
        {
            freed = Return(segment) + DropWaiting();
            _failed = true;
            _sending = false;
        }

        memory.Release(freed);
        Volatile.Write(ref _sendStarted, 0);
    }

    private int DropWaiting()
    {
        int freed = 0;
        while (_full is { Count: > 0 })
        {
            freed += Return(_full.Dequeue());
        }

        freed += Return(_last);
        _last = default;
        Volatile.Write(ref _backlog, 0);
        return freed;
    }

    private void Add(ReadOnlySpan<byte> framed, int size)
    {
        while (framed.Length > 0)
        {
            if (_last.Room == 0)
            {
                if (!_last.IsEmpty)
                {
                    (_full ??= new Queue<Segment>()).Enqueue(_last);
                }

                _last = new Segment(ArrayPool<byte>.Shared.Rent(size), 0);
                Volatile.Write(ref _held, _held + _last.Bytes.Length);
            }

            int fits = Math.Min(_last.Room, framed.Length);
            Fill(framed[..fits]);
            framed = framed[fits..];
        }
    }

    private void Fill(ReadOnlySpan<byte> part)
    {
        part.CopyTo(_last.Bytes.AsSpan(_last.Length));
        _last = _last with { Length = _last.Length + part.Length };
        Volatile.Write(ref _backlog, _backlog + part.Length);
    }

    /// <summary>Gives a segment back to the pool; the caller releases what it returns.</summary>
    private int Return(Segment segment)
    {
        if (segment.IsEmpty)
        {
            return 0;
        }

        ArrayPool<byte>.Shared.Return(segment.Bytes);
        Volatile.Write(ref _held, _held - segment.Bytes.Length);
        return segment.Bytes.Length;
    }

    /// <summary>A part of what is to be sent.</summary>
    private readonly record struct Segment(byte[] Bytes, int Length)
    {
        public bool IsEmpty => Bytes is null;

        public int Room => Bytes is null ? 0 : Bytes.Length - Length;
    }
}
