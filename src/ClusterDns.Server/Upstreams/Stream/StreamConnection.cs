using System.Buffers;
using System.Net;
using System.Net.Sockets;

namespace ClusterDns.Server.Upstreams.Stream;

/// <summary>What is to be done with a connection outside of its pool's lock.</summary>
[Flags]
internal enum StreamWork
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Connect, then read.</summary>
    Start = 1,

    /// <summary>Send what is queued.</summary>
    Send = 2,

    /// <summary>Close the socket.</summary>
    Close = 4,
}

/// <summary>
/// One connection to an upstream. Its properties belong to the pool's lock; its methods that return tasks run outside of it.
/// </summary>
internal sealed class StreamConnection : IDisposable
{
    private const int UsualOutputBytes = 1024;

    private readonly StreamPool _pool;
    private readonly IPEndPoint _endpoint;
    private readonly Socket _socket;
    private byte[]? _output;
    private int _queuedBytes;
    private int _sendingBytes;
    private bool _isSending;

    /// <summary>A connection that is not established yet.</summary>
    /// <exception cref="SocketException">No descriptor is left, or the address family is missing.</exception>
    internal StreamConnection(StreamPool pool, IPEndPoint endpoint, long now)
    {
        _pool = pool;
        _endpoint = endpoint;
        OpenedAt = IdleSince = now;
        _socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            _socket.NoDelay = true;
            _socket.ReceiveBufferSize = StreamLimits.ReceiveBufferBytes;
            _socket.SendBufferSize = StreamLimits.SendBufferBytes;
        }
        catch (SocketException)
        {
            _socket.Dispose();
            throw;
        }
    }

    /// <summary>The queries on it without a reply.</summary>
    internal OutstandingQueries Queries { get; } = new();

    /// <summary>The replies that arrive.</summary>
    internal FrameReader Frames { get; } = new();

    /// <summary>When it was begun.</summary>
    internal long OpenedAt { get; }

    /// <summary>Since when no query is on it.</summary>
    internal long IdleSince { get; set; }

    /// <summary>Since when a part of a reply has been there; 0 when there is none.</summary>
    internal long PartSince { get; set; }

    /// <summary>Since when the upstream has not read what is sent; 0 when nothing is being sent.</summary>
    internal long SendSince { get; private set; }

    /// <summary>How many replies came.</summary>
    internal int Replies { get; set; }

    /// <summary>When the last reply came; 0 before the first.</summary>
    internal long LastReplyAt { get; set; }

    /// <summary>Whether it is established.</summary>
    internal bool IsConnected { get; set; }

    /// <summary>Whether it takes no further query, and ends with the last one.</summary>
    internal bool IsRetired { get; set; }

    /// <summary>Whether it is a health check's own.</summary>
    internal bool IsProbe { get; init; }

    /// <summary>
    /// Whether it takes no other query until its reply has come: where a server closes after an answer, a query that it has not read resets the
    /// connection, and the answer is lost.
    /// </summary>
    internal bool IsReserved { get; set; }

    /// <summary>Whether it has ended.</summary>
    internal bool IsClosed { get; private set; }

    /// <summary>Whether the socket is reset and not closed in order, so that neither side keeps it.</summary>
    internal bool IsReset { get; private set; }

    /// <summary>How many bytes wait to be sent, or are being sent.</summary>
    internal int UnsentBytes => _queuedBytes + _sendingBytes;

    /// <summary>Whether it waits for <see cref="StreamPool"/> to do something outside of the lock.</summary>
    internal StreamWork Work { get; set; }

    /// <summary>Whether the caller has to start sending: something is queued, and nobody sends.</summary>
    internal bool TryBeginSending()
    {
        if (!IsConnected || IsClosed || _isSending || _queuedBytes == 0)
        {
            return false;
        }

        _isSending = true;
        return true;
    }

    /// <summary>Queues bytes.</summary>
    internal void Append(ReadOnlySpan<byte> frame)
    {
        int needed = _queuedBytes + frame.Length;
        if (_output is null || _output.Length < needed)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(UsualOutputBytes, needed));
            if (_output is not null)
            {
                _output.AsSpan(0, _queuedBytes).CopyTo(larger);
                ArrayPool<byte>.Shared.Return(_output);
            }

            _output = larger;
        }

        frame.CopyTo(_output.AsSpan(_queuedBytes));
        _queuedBytes = needed;
    }

    /// <summary>Takes what is queued.</summary>
    internal bool TryTakeOutput(long now, out ArraySegment<byte> output)
    {
        output = default;
        SendSince = 0;
        _sendingBytes = 0;
        if (_output is null || IsClosed)
        {
            _isSending = false;
            return false;
        }

        output = new ArraySegment<byte>(_output, 0, _queuedBytes);
        _sendingBytes = _queuedBytes;
        _output = null;
        _queuedBytes = 0;
        SendSince = Math.Max(1, now);
        return true;
    }

    /// <summary>It has ended.</summary>
    /// <param name="isReset">Whether to reset it.</param>
    internal void MarkClosed(bool isReset)
    {
        IsClosed = true;
        IsReset = isReset;
        if (_output is not null)
        {
            ArrayPool<byte>.Shared.Return(_output);
            _output = null;
            _queuedBytes = 0;
        }
    }

    /// <summary>Connects, and reads to the end.</summary>
    internal async Task RunAsync()
    {
        StreamEnd end = StreamEnd.Error;
        bool isConnected = false;
        try
        {
            await _socket.ConnectAsync(_endpoint);
            isConnected = true;
            _pool.Connected(this);
            int received;
            do
            {
                received = await _socket.ReceiveAsync(Frames.GetRoom());
                Frames.Advance(received);
            }
            while (received > 0 && _pool.Received(this));
            end = StreamEnd.ClosedByUpstream;
        }
        catch (SocketException exception)
        {
            end = isConnected ? StreamEnd.ClosedByUpstream : FindConnectFailure(exception.SocketErrorCode);
        }
        catch (ObjectDisposedException)
        {
            // The pool has closed it already.
        }
        finally
        {
            _pool.Close(this, end);
            Frames.Trim(isEnd: true);
        }
    }

    private static StreamEnd FindConnectFailure(SocketError error) => error switch
    {
        SocketError.ConnectionRefused => StreamEnd.Refused,
        SocketError.TimedOut => StreamEnd.ConnectTimeout,
        SocketError.HostUnreachable or SocketError.HostDown or SocketError.NetworkUnreachable or SocketError.NetworkDown => StreamEnd.Unreachable,
        SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown or SocketError.NotConnected => StreamEnd.ClosedByUpstream,
        _ => StreamEnd.Error,
    };

    /// <summary>Sends what is queued, until nothing is.</summary>
    internal async Task SendAsync()
    {
        try
        {
            while (_pool.TryTakeOutput(this, out ArraySegment<byte> output))
            {
                for (int sent = 0; sent < output.Count;)
                {
                    sent += await _socket.SendAsync(output.AsMemory(sent));
                }

                ArrayPool<byte>.Shared.Return(output.Array!);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            _pool.Close(this, StreamEnd.ClosedByUpstream);
        }
    }

    /// <summary>Closes the socket.</summary>
    public void Dispose()
    {
        try
        {
            if (IsReset)
            {
                _socket.LingerState = new LingerOption(enable: true, seconds: 0);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // It is gone already.
        }

        _socket.Dispose();
    }
}
