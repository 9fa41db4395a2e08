using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using ClusterDns.Core.Execution;
using ClusterDns.Core.Upstreams;
using ClusterDns.Core.Wire;

namespace ClusterDns.Upstreams.Stream;

/// <summary>One connection: queries go out as they come, replies come in as they are ready, in any order.</summary>
internal sealed class StreamConnection : IDisposable
{
    private const int PrefixLength = 2;
    private const int MaxUsers = 4096;

    private readonly Lock _lock = new();
    private readonly Dictionary<ushort, Pending> _pending = [];
    private readonly SemaphoreSlim _writing = new(1);
    private readonly CancellationTokenSource _closed = new();
    private readonly TimeSpan _expire;
    private readonly TimeSpan _maxAge;
    private readonly TimeProvider _timeProvider;
    private readonly CallbackGuard _guard;
    private readonly Socket _socket;
    private readonly Task<bool> _connected;
    private readonly ITimer _idleTimer;
    private readonly long _openedAt;
    private int _users = 1;
    private bool _retired;
    private bool _broken;

    /// <summary>A connection that is being made, with a place on it for one query.</summary>
    internal StreamConnection(IPEndPoint endpoint, TimeSpan expire, TimeSpan maxAge, TimeProvider timeProvider, CallbackGuard guard)
    {
        _expire = expire;
        _maxAge = maxAge;
        _timeProvider = timeProvider;
        _guard = guard;
        _openedAt = timeProvider.GetTimestamp();
        _socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        _idleTimer = guard.CreateTimer(
            "upstream_idle", static connection => connection.CloseIfIdle(), this, expire, Timeout.InfiniteTimeSpan);
        _connected = ConnectAsync(endpoint);
    }

    private bool IsOld => _maxAge > TimeSpan.Zero && _timeProvider.GetElapsedTime(_openedAt) > _maxAge;

    /// <summary>Takes a place for a query, which <see cref="AskAsync"/> gives back; false when another connection is needed.</summary>
    internal bool TryEnter()
    {
        lock (_lock)
        {
            bool enters = !_broken && !_retired && _users < MaxUsers && !IsOld;
            _users += enters ? 1 : 0;
            return enters;
        }
    }

    /// <summary>Takes no more queries, and closes when the last one is done.</summary>
    internal void Retire()
    {
        bool isDone;
        lock (_lock)
        {
            _retired = true;
            isDone = _users == 0;
        }

        if (isDone)
        {
            Break();
        }
    }

    /// <summary>Asks, on a place that was taken.</summary>
    /// <param name="query">The query; its ID is replaced.</param>
    /// <param name="timeout">How long to wait.</param>
    internal async ValueTask<UpstreamOutcome> AskAsync(byte[] query, TimeSpan timeout)
    {
        using CancellationTokenSource timer = new(timeout, _timeProvider);
        Pending? pending = null;
        ushort id = 0;
        try
        {
            if (!await _connected.WaitAsync(timer.Token) || (pending = Add(query, out id)) is null)
            {
                return new UpstreamOutcome(UpstreamStatus.Failed, null);
            }

            await WriteAsync(id, query, timer.Token);
            return await pending.Completion.Task.WaitAsync(timer.Token);
        }
        catch (OperationCanceledException)
        {
            return new UpstreamOutcome(timer.IsCancellationRequested ? UpstreamStatus.TimedOut : UpstreamStatus.Failed, null);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            Break();
            return new UpstreamOutcome(UpstreamStatus.Failed, null);
        }
        finally
        {
            Leave(pending is null ? null : id);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Break();

    private async Task<bool> ConnectAsync(IPEndPoint endpoint)
    {
        try
        {
            await _socket.ConnectAsync(endpoint, _closed.Token);
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            Break();
            return false;
        }

        _guard.Forget("upstream_read", ReadAsync());
        return true;
    }

    private Pending? Add(byte[] query, out ushort id)
    {
        lock (_lock)
        {
            id = 0;
            if (_broken)
            {
                return null;
            }

            do
            {
                id = (ushort)RandomNumberGenerator.GetInt32(ushort.MaxValue + 1);
            }
            while (_pending.ContainsKey(id));

            byte[] sent = [.. query];
            BinaryPrimitives.WriteUInt16BigEndian(sent, id);
            Pending pending = new(sent);
            _pending.Add(id, pending);
            return pending;
        }
    }

    private void Leave(ushort? id)
    {
        lock (_lock)
        {
            if (id is { } own)
            {
                _pending.Remove(own);
            }

            if (--_users > 0 || _broken)
            {
                return;
            }

            _retired |= IsOld;
            if (!_retired)
            {
                _idleTimer.Change(_expire, Timeout.InfiniteTimeSpan);
                return;
            }
        }

        Break();
    }

    private async Task WriteAsync(ushort id, byte[] query, CancellationToken cancellationToken)
    {
        byte[] frame = new byte[PrefixLength + query.Length];
        BinaryPrimitives.WriteUInt16BigEndian(frame, (ushort)query.Length);
        query.CopyTo(frame, PrefixLength);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(PrefixLength), id);
        await _writing.WaitAsync(cancellationToken);
        try
        {
            // A frame that was begun must be ended, or the stream is of no more use.
            for (int sent = 0; sent < frame.Length;)
            {
                sent += await _socket.SendAsync(frame.AsMemory(sent), sent == 0 ? cancellationToken : _closed.Token);
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task ReadAsync()
    {
        byte[] prefix = new byte[PrefixLength];
        try
        {
            while (await TryFillAsync(prefix))
            {
                byte[] message = new byte[BinaryPrimitives.ReadUInt16BigEndian(prefix)];
                if (message.Length < DnsHeader.Length || !await TryFillAsync(message))
                {
                    break;
                }

                Complete(message);
            }
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The other end is gone, or this one was closed: what waits fails, below.
        }

        Break();
    }

    private async Task<bool> TryFillAsync(byte[] buffer)
    {
        for (int filled = 0; filled < buffer.Length;)
        {
            int read = await _socket.ReceiveAsync(buffer.AsMemory(filled), _closed.Token);
            if (read == 0)
            {
                return false;
            }

            filled += read;
        }

        return true;
    }

    private void Complete(byte[] message)
    {
        Pending? pending;
        lock (_lock)
        {
            if (!_pending.TryGetValue(BinaryPrimitives.ReadUInt16BigEndian(message), out pending))
            {
                return;
            }
        }

        if (ReplyCheck.IsReply(pending.Query, message))
        {
            pending.Completion.TrySetResult(new UpstreamOutcome(UpstreamStatus.Answered, new Reply(message)));
        }
    }

    private void CloseIfIdle()
    {
        lock (_lock)
        {
            if (_users > 0)
            {
                return;
            }

            _retired = true;
        }

        Break();
    }

    private void Break()
    {
        Pending[] pending;
        lock (_lock)
        {
            if (_broken)
            {
                return;
            }

            _broken = true;
            pending = [.. _pending.Values];
        }

        _closed.Cancel();
        _socket.Dispose();
        _idleTimer.Dispose();
        foreach (Pending one in pending)
        {
            one.Completion.TrySetResult(new UpstreamOutcome(UpstreamStatus.Failed, null));
        }
    }

    private sealed record Pending(byte[] Query)
    {
        public TaskCompletionSource<UpstreamOutcome> Completion { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class Reply(byte[] message) : UpstreamReply
    {
        public override byte[] Message => message;

        public override int Length => message.Length;

        public override void Release()
        {
        }
    }
}
