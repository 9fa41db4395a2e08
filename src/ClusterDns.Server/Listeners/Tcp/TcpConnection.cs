using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;

namespace ClusterDns.Server.Listeners.Tcp;

/// <summary>
/// A client's connection: many queries, answered as they are ready and so in any order (RFC 7766 sections 6.2.1 and 7). It
/// reads on only while few enough are in flight and few enough answers lie unsent.
/// </summary>
internal sealed class TcpConnection : IThreadPoolWorkItem, IStreamMemory
{
    private const int MaxBacklog = 64 * 1024;

    /// <summary>The most bytes that answers may have which are unsent or under way, as far as their sizes can be foreseen.</summary>
    private const int MaxUnderWay = 512 * 1024;

    /// <summary>Where a client has asked for more than it was foreseen to get and reads nothing, the connection ends.</summary>
    private const int MaxHeld = 1024 * 1024;

    private const int LeastAnswer = 512;
    private const int ReceivesBetweenYields = 32;

    private readonly TcpTransport _transport;
    private readonly Socket _socket;
    private readonly NetworkEndpoint _local;
    private readonly NetworkEndpoint _remote;
    private readonly FrameBuffer _frames;
    private readonly TcpOutput _output;
    private readonly Lock _lock = new();
    private TaskCompletionSource? _changed;
    private bool _aborted;
    private volatile bool _receiving;
    private volatile bool _lingering;
    private int _inFlight;
    private int _served;

    // What an answer under way is reckoned to have: the largest message until answers show what this client asks for.
    private int _expectedAnswer = ushort.MaxValue;
    private long _lastActivity;
    private long _partSince;

    /// <summary>A connection that was accepted.</summary>
    /// <exception cref="SocketException">The client is gone already.</exception>
    internal TcpConnection(TcpTransport transport, Socket socket)
    {
        _transport = transport;
        _socket = socket;
        socket.NoDelay = true;
        _local = NetworkEndpoint.From((IPEndPoint)socket.LocalEndPoint!);
        _remote = NetworkEndpoint.From((IPEndPoint)socket.RemoteEndPoint!);
        _frames = new FrameBuffer(this);
        _output = new TcpOutput(socket, this, transport.TimeProvider, transport.Core.Guard, OnSent);
        _lastActivity = transport.TimeProvider.GetTimestamp();
    }

    /// <summary>The client's address, as a number.</summary>
    internal UInt128 RemoteAddress => _remote.AddressBits;

    /// <summary>What <see cref="StreamClients"/> has reserved for the connection beside its queues.</summary>
    internal int PlaceBytes { get; set; }

    /// <summary>How many bytes its queues hold.</summary>
    internal int Held => _output.Held + _frames.Reserved;

    /// <summary>Since when the client lets bytes lie, or keeps the rest of a message; <see cref="long.MaxValue"/> when it does neither.</summary>
    internal long BlockedSince
    {
        get
        {
            long sendStarted = _output.SendStarted;
            long partSince = Volatile.Read(ref _partSince);
            return Math.Min(sendStarted == 0 ? long.MaxValue : sendStarted, partSince == 0 ? long.MaxValue : partSince);
        }
    }

    /// <summary>Since when the connection rests; one with work in progress comes after all that rest.</summary>
    internal long RestsSince => Volatile.Read(ref _lastActivity) + (IsQuiet ? 0 : long.MaxValue / 2);

    private bool HasRoom
    {
        get
        {
            int inFlight = Volatile.Read(ref _inFlight);
            int backlog = _output.Backlog;
            int most = _transport.Clients.IsScarce ? TcpOutput.SegmentSize : MaxBacklog;
            return inFlight < _transport.Options.MaxQueriesPerConnection && backlog < most &&
                backlog + ((inFlight + 1L) * Math.Max(Volatile.Read(ref _expectedAnswer), LeastAnswer)) <= MaxUnderWay;
        }
    }

    private bool IsSpent => _transport.Options.MaxConnectionQueries is > 0 and int most && _served >= most;

    /// <summary>Whether the connection is closed, for whatever reason.</summary>
    internal bool IsAborted
    {
        get
        {
            lock (_lock)
            {
                return _aborted;
            }
        }
    }

    private bool IsQuiet => Volatile.Read(ref _inFlight) == 0 && _output.IsIdle;

    /// <summary>Serves the connection to its end.</summary>
    public void Execute() => _transport.Core.Guard.Forget("tcp_connection", RunAsync());

    /// <summary>Whether the client has let a deadline pass, and under which reason that counts.</summary>
    /// <param name="now">The time, as <see cref="TimeProvider.GetTimestamp"/> counts.</param>
    /// <param name="reason">The counter; null when a connection has merely rested too long.</param>
    internal bool IsOverdue(long now, out Counter? reason)
    {
        reason = null;
        long sendStarted = _output.SendStarted;
        if (sendStarted != 0 && Elapsed(sendStarted, now) >= _transport.Options.WriteTimeout)
        {
            reason = _transport.Core.Metrics.WriteTimeout;
            return true;
        }

        if (!_receiving)
        {
            return false;
        }

        if (_lingering)
        {
            return Elapsed(Volatile.Read(ref _lastActivity), now) >= _transport.Options.ReadTimeout;
        }

        long partSince = Volatile.Read(ref _partSince);
        if (partSince != 0)
        {
            reason = _transport.Core.Metrics.ReadTimeout;
            return Elapsed(partSince, now) >= _transport.Options.ReadTimeout;
        }

        return IsQuiet && Elapsed(Volatile.Read(ref _lastActivity), now) >= _transport.Options.IdleTimeout;
    }

    /// <summary>Ends the connection once what has arrived is answered.</summary>
    internal void FinishSoon()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Receive);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            Abort();
        }
    }

    /// <summary>Ends the connection now.</summary>
    internal void Abort()
    {
        lock (_lock)
        {
            _aborted = true;
        }

        _socket.Dispose();
        Signal();
    }

    /// <summary>Ends the connection because something is exhausted: what it has queued is free at once.</summary>
    /// <param name="reason">Counts it.</param>
    internal void Cut(Counter reason)
    {
        reason.Add();
        _output.Discard();
        _frames.ReleaseReservation();
        Abort();
    }

    /// <inheritdoc/>
    public bool TryReserve(int bytes) => _transport.Clients.TryReserve(this, bytes);

    /// <inheritdoc/>
    public void Release(int bytes) => _transport.Clients.Release(bytes);

    /// <summary>One more query waits.</summary>
    internal void OnWaiting() => Interlocked.Increment(ref _inFlight);

    /// <summary>A query that waited is done.</summary>
    internal void OnFinished(TcpQuery query, bool answered)
    {
        if (answered && query.Context.Response.Stream is not null)
        {
            _transport.Core.Guard.Forget("tcp_stream", StreamAsync(query));
            return;
        }

        if (answered)
        {
            ReadOnlySpan<byte> framed = query.Context.FramedResponse.Span;
            int expected = Volatile.Read(ref _expectedAnswer);
            Volatile.Write(ref _expectedAnswer, framed.Length >= expected ? framed.Length : expected - ((expected - framed.Length) / 4));
            Append(framed);
        }

        Finish(query);
    }

    /// <summary>Queues an answer. Where that cannot be, the connection ends: a client must not wait for an answer that was dropped.</summary>
    private void Append(ReadOnlySpan<byte> framed)
    {
        if (_output.Held > MaxHeld)
        {
            Cut(_transport.Core.Metrics.OutputLimit);
        }
        else if (!_output.TryAppend(framed))
        {
            Cut(_transport.Core.Metrics.SlowReader);
        }
    }

    private TimeSpan Elapsed(long since, long now) => _transport.TimeProvider.GetElapsedTime(since, now);

    private void OnSent()
    {
        if (_output.HasFailed)
        {
            Abort();
            return;
        }

        Volatile.Write(ref _lastActivity, _transport.TimeProvider.GetTimestamp());
        Signal();
    }

    [SuppressMessage("Design", "CA1031", Justification = "No code awaits a connection, so its exceptions can only be logged here.")]
    private async Task RunAsync()
    {
        try
        {
            await ReadAsync();
            _output.Flush();
            await WaitUntilAsync(static connection => connection.IsQuiet);
            if (IsSpent)
            {
                await LingerAsync();
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The client reset the connection, or it was cut off: both are the ordinary end of some connections.
        }
        catch (Exception exception)
        {
            _transport.Core.LogConnectionFailure(exception);
        }

        _frames.Release();
        Abort();
        _transport.Remove(this);
    }

    /// <summary>Serves until the client has no more to say, or says what is not DNS.</summary>
    private async Task ReadAsync()
    {
        for (int receives = 1; ; receives++)
        {
            while (!TryServeFrames(out bool valid))
            {
                _output.Flush();
                if (!valid)
                {
                    _transport.Core.Metrics.BadFrame.Add();
                    return;
                }

                if (IsSpent)
                {
                    return;
                }

                await WaitUntilAsync(static connection => connection.HasRoom);
            }

            _output.Flush();
            if (receives % ReceivesBetweenYields == 0)
            {
                // A client whose next query is always there already must not keep the thread from others.
                await Task.Yield();
            }

            if (!_frames.TryGetRoom(out Memory<byte> room))
            {
                Cut(_transport.Core.Metrics.SlowReader);
                return;
            }

            _receiving = true;
            int received = await _socket.ReceiveAsync(room, SocketFlags.None);
            _receiving = false;
            if (received == 0)
            {
                return;
            }

            _frames.Advance(received);
            Volatile.Write(ref _lastActivity, _transport.TimeProvider.GetTimestamp());
        }
    }

    /// <summary>
    /// Lets the client read its answers before the connection closes: closing while something of the client's lies unread would
    /// reset the connection, and lose them.
    /// </summary>
    private async Task LingerAsync()
    {
        _socket.Shutdown(SocketShutdown.Send);
        Volatile.Write(ref _lastActivity, _transport.TimeProvider.GetTimestamp());
        _lingering = true;
        _receiving = true;
        byte[] ignored = new byte[512];
        while (await _socket.ReceiveAsync(ignored, SocketFlags.None) > 0)
        {
        }
    }

    /// <summary>Serves the messages that are whole; false when it must stop before the last.</summary>
    /// <param name="valid">False when a frame is too short for a message.</param>
    private bool TryServeFrames(out bool valid)
    {
        valid = true;
        while (HasRoom && !IsSpent)
        {
            if (!_frames.TryTake(out ReadOnlySpan<byte> message))
            {
                NotePart();
                return true;
            }

            Volatile.Write(ref _partSince, 0);
            if (message.Length < DnsHeader.Length)
            {
                valid = false;
                return false;
            }

            Serve(message);
        }

        return false;
    }

    private void NotePart()
    {
        if (!_frames.HasPart)
        {
            Volatile.Write(ref _partSince, 0);
        }
        else if (_partSince == 0)
        {
            Volatile.Write(ref _partSince, Math.Max(1, _transport.TimeProvider.GetTimestamp()));
        }
    }

    private void Serve(ReadOnlySpan<byte> message)
    {
        _served++;
        TcpQuery query = _transport.Queries.Rent();
        query.Connection = this;
        query.Context.EnsureRequestCapacity(message.Length);
        message.CopyTo(query.Context.RequestBuffer);
        switch (query.Serve(_transport.Core.Pipeline, message.Length, TransportProtocol.Tcp, in _local, in _remote))
        {
            case QueryProgress.Waiting:
                query.AwaitAnswer();
                return;
            case QueryProgress.Answered when query.Context.Response.Stream is not null:
                OnWaiting();
                _transport.Core.Guard.Forget("tcp_stream", StreamAsync(query));
                return;
            case QueryProgress.Answered:
                Append(query.Context.FramedResponse.Span);
                break;
        }

        query.Release();
    }

    /// <summary>
    /// Sends an answer of many messages: the next is made when the client has taken most of what was made before. Where one cannot be made the
    /// connection ends, since the client must not take what it has for the whole.
    /// </summary>
    [SuppressMessage("Design", "CA1031", Justification = "A message that cannot be written is a plugin's bug, which ends one connection.")]
    private async Task StreamAsync(TcpQuery query)
    {
        try
        {
            if (_transport.Clients.TryWiden(this))
            {
                _socket.SendBufferSize = StreamClients.WideSocketBufferSize;
            }

            do
            {
                Append(query.Context.FramedResponse.Span);
                _output.Flush();
                await WaitUntilAsync(static connection => connection._output.Backlog < MaxBacklog);

                // A client that takes everything at once must not keep the thread from others.
                await Task.Yield();
            }
            while (!IsAborted && query.Context.TryWriteNextMessage());

            query.Context.End(IsAborted ? QueryEnd.ClientGone : QueryEnd.Answered);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException && IsAborted)
        {
            // The connection was cut off before its buffer could be widened.
            query.Context.End(QueryEnd.ClientGone);
        }
        catch (Exception exception)
        {
            _transport.Core.Metrics.TcpFailed.Add();
            _transport.Core.LogPipelineFailure(exception);
            query.Context.End(QueryEnd.Failed);
            Abort();
        }

        Finish(query);
    }

    /// <summary>A query that was in flight has been answered, or will not be.</summary>
    private void Finish(TcpQuery query)
    {
        query.Release();
        Volatile.Write(ref _lastActivity, _transport.TimeProvider.GetTimestamp());
        Interlocked.Decrement(ref _inFlight);
        _output.Flush();
        Signal();
    }

    private async ValueTask WaitUntilAsync(Func<TcpConnection, bool> condition)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (_aborted || condition(this))
                {
                    return;
                }

                _changed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                changed = _changed.Task;
            }

            await changed;
        }
    }

    private void Signal()
    {
        TaskCompletionSource? changed;
        lock (_lock)
        {
            changed = _changed;
            _changed = null;
        }

        changed?.TrySetResult();
    }
}
