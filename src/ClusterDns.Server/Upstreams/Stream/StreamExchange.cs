using System.Buffers;
using System.Buffers.Binary;
using System.Threading.Tasks.Sources;
using ClusterDns.Core.Memory;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Upstreams;

namespace ClusterDns.Server.Upstreams.Stream;

/// <summary>
/// A query to an upstream over a connection, and later its reply. It is used again and again; between <see cref="Prepare"/> and its
/// completion it belongs to a pool of connections. Its asker continues on the thread pool.
/// </summary>
internal sealed class StreamExchange : UpstreamReply, IValueTaskSource<UpstreamOutcome>
{
    /// <summary>The length field before each message (RFC 1035 section 4.2.2).</summary>
    internal const int PrefixLength = 2;

    private const int KeptFrameBytes = 512;

    private readonly byte[] _keptFrame = new byte[KeptFrameBytes];
    private byte[] _frame;
    private byte[]? _reply;
    private int _frameLength;
    private int _replyLength;
    private ManualResetValueTaskSourceCore<UpstreamOutcome> _completion = new() { RunContinuationsAsynchronously = true };

    /// <summary>An exchange.</summary>
    internal StreamExchange() => _frame = _keptFrame;

    /// <summary>Exchanges that are ready for use: at most about 200 KiB.</summary>
    internal static IdleStack<StreamExchange> Idle { get; } = new(PoolSizes.Largest.StreamExchanges);

    /// <inheritdoc/>
    public override byte[] Message => _reply!;

    /// <inheritdoc/>
    public override int Length => _replyLength;

    /// <summary>The query with its length before it, as it is sent.</summary>
    internal ReadOnlySpan<byte> Frame => _frame.AsSpan(0, _frameLength);

    /// <summary>The query, with the ID it was sent with last.</summary>
    internal ReadOnlySpan<byte> Query => _frame.AsSpan(PrefixLength, _frameLength - PrefixLength);

    /// <summary>When to give up, as <see cref="TimeProvider.GetTimestamp"/> counts.</summary>
    internal long Deadline { get; private set; }

    /// <summary>The query that is to be answered; null where there is none.</summary>
    internal IUpstreamAsker? Asker { get; private set; }

    /// <summary>Whether it has a connection of its own.</summary>
    internal bool IsProbe { get; private set; }

    /// <summary>How often it left a connection because it was behind a late query.</summary>
    internal int Moves { get; set; }

    /// <summary>Whether a connection that ended took it along: it is asked again once, on a new connection.</summary>
    internal bool WasTakenAlong { get; set; }

    /// <summary>Whether it was put beside other late queries.</summary>
    internal bool IsGathered { get; set; }

    /// <summary>Whether it is late.</summary>
    internal bool IsLate { get; set; }

    /// <summary>Whether it is on a connection that existed before.</summary>
    internal bool IsReused { get; set; }

    /// <summary>What the asker awaits.</summary>
    internal ValueTask<UpstreamOutcome> Completion => new(this, _completion.Version);

    /// <inheritdoc/>
    public override void Release()
    {
        Clear();
        Idle.Return(this);
    }

    /// <summary>An exchange that is ready for use.</summary>
    internal static StreamExchange Rent() => Idle.Take() ?? new StreamExchange();

    /// <summary>Takes in a query.</summary>
    internal void Prepare(in UpstreamQuery query, long deadline)
    {
        _completion.Reset();
        _frameLength = PrefixLength + query.Length;
        if (_frameLength > _frame.Length)
        {
            _frame = ArrayPool<byte>.Shared.Rent(_frameLength);
        }

        BinaryPrimitives.WriteUInt16BigEndian(_frame, (ushort)query.Length);
        query.CopyTo(_frame.AsSpan(PrefixLength));
        Deadline = deadline;
        Asker = query.Asker;
        IsProbe = query.IsProbe;
        Moves = 0;
        WasTakenAlong = IsGathered = IsLate = IsReused = false;
    }

    /// <summary>Whether nobody waits for the reply any more. The asker's context serves no other query before the exchange is complete.</summary>
    internal bool IsOver(long now) => Deadline <= now || Asker is { IsAbandoned: true };

    /// <summary>Writes the ID that the query is sent with.</summary>
    internal void SetId(ushort id) => BinaryPrimitives.WriteUInt16BigEndian(_frame.AsSpan(PrefixLength), id);

    /// <summary>There is a reply, which is copied.</summary>
    internal void Complete(ReadOnlySpan<byte> reply)
    {
        _reply = ArrayPool<byte>.Shared.Rent(reply.Length);
        reply.CopyTo(_reply);
        _replyLength = reply.Length;
        _completion.SetResult(Outcome(UpstreamStatus.Answered, this, UpstreamFailure.None));
    }

    /// <summary>There is no reply. The exchange must not be touched after that.</summary>
    internal void Fail(UpstreamStatus status, UpstreamFailure failure) => _completion.SetResult(Outcome(status, null, failure));

    /// <summary>Gives back what it rented.</summary>
    private void Clear()
    {
        Asker = null;
        if (_reply is not null)
        {
            ArrayPool<byte>.Shared.Return(_reply);
            _reply = null;
        }

        if (!ReferenceEquals(_frame, _keptFrame))
        {
            ArrayPool<byte>.Shared.Return(_frame);
            _frame = _keptFrame;
        }
    }

    private UpstreamOutcome Outcome(UpstreamStatus status, UpstreamReply? reply, UpstreamFailure failure) => new(status, reply)
    {
        Protocol = UpstreamProtocol.Tcp,
        Failure = failure,
        IsReusedConnection = IsReused,
    };

    UpstreamOutcome IValueTaskSource<UpstreamOutcome>.GetResult(short token)
    {
        UpstreamOutcome outcome = _completion.GetResult(token);
        if (outcome.Reply is null)
        {
            Release();
        }

        return outcome;
    }

    ValueTaskSourceStatus IValueTaskSource<UpstreamOutcome>.GetStatus(short token) => _completion.GetStatus(token);

    void IValueTaskSource<UpstreamOutcome>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
        => _completion.OnCompleted(continuation, state, token, flags);
}
