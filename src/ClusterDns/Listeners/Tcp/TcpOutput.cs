using System.Buffers;
using System.Net.Sockets;
using ClusterDns.Core.Execution;

namespace ClusterDns.Listeners.Tcp;

/// <summary>
/// What a connection has yet to send. Answers are put together while others are on their way, so that a client that asks
/// many at once gets few packets; no lock is held while anything is sent.
/// </summary>
/// <param name="socket">The connection.</param>
/// <param name="timeProvider">The clock of <see cref="SendStarted"/>.</param>
/// <param name="guard">Watches what is sent.</param>
/// <param name="onProgress">Called when everything was sent, and when sending failed.</param>
internal sealed class TcpOutput(Socket socket, TimeProvider timeProvider, CallbackGuard guard, Action onProgress)
{
    private const int InitialSize = 2048;

    private readonly Lock _lock = new();
    private byte[] _filling = [];
    private int _filled;
    private bool _sending;
    private bool _failed;
    private long _sendStarted;

    /// <summary>When the send that is under way began; 0 when none is.</summary>
    internal long SendStarted => Volatile.Read(ref _sendStarted);

    /// <summary>How many bytes wait for their turn, without those that are on their way.</summary>
    internal int Backlog => Volatile.Read(ref _filled);

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
                return !_sending && (_filled == 0 || _failed);
            }
        }
    }

    /// <summary>Adds an answer with its length before it. It is sent on <see cref="Flush"/> at the latest.</summary>
    internal void Append(ReadOnlySpan<byte> framed)
    {
        lock (_lock)
        {
            if (_failed)
            {
                return;
            }

            if (_filling.Length - _filled < framed.Length)
            {
                Grow(_filled + framed.Length);
            }

            framed.CopyTo(_filling.AsSpan(_filled));
            Volatile.Write(ref _filled, _filled + framed.Length);
        }
    }

    /// <summary>Sees to it that everything is sent; returns at once.</summary>
    internal void Flush()
    {
        lock (_lock)
        {
            if (_sending || _failed || _filled == 0)
            {
                return;
            }

            _sending = true;
        }

        guard.Forget("tcp_send", SendAllAsync());
    }

    private async Task SendAllAsync()
    {
        byte[] buffer = [];
        try
        {
            while (TryTake(ref buffer, out int length))
            {
                Volatile.Write(ref _sendStarted, Math.Max(1, timeProvider.GetTimestamp()));
                for (int sent = 0; sent < length;)
                {
                    sent += await socket.SendAsync(buffer.AsMemory(sent, length - sent), SocketFlags.None);
                }

                Volatile.Write(ref _sendStarted, 0);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The client is gone, or was cut off.
            GiveUp(buffer);
        }

        onProgress();
    }

    /// <summary>Takes what there is and leaves the buffer that was sent in its place; false, and sending over, when there is nothing.</summary>
    private bool TryTake(ref byte[] buffer, out int length)
    {
        lock (_lock)
        {
            length = _filled;
            Volatile.Write(ref _filled, 0);
            if (length > 0)
            {
                (buffer, _filling) = (_filling, buffer);
                return true;
            }

            // A connection at rest holds no buffers.
            Return(buffer);
            Return(_filling);
            buffer = [];
            _filling = [];
            _sending = false;
            return false;
        }
    }

    private void GiveUp(byte[] buffer)
    {
        lock (_lock)
        {
            Return(buffer);
            Return(_filling);
            _filling = [];
            Volatile.Write(ref _filled, 0);
            _failed = true;
            _sending = false;
        }

        Volatile.Write(ref _sendStarted, 0);
    }

    private void Grow(int needed)
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(InitialSize, needed));
        _filling.AsSpan(0, _filled).CopyTo(larger);
        Return(_filling);
        _filling = larger;
    }

    private static void Return(byte[] buffer)
    {
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
