using System.Threading.Tasks.Sources;
using ClusterDns.Core.Memory;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Upstreams;

namespace ClusterDns.Server.Upstreams;

/// <summary>A socket and an ID that a query went out with, where its reply is expected.</summary>
/// <param name="Socket">The socket; null when there is no pair.</param>
/// <param name="Id">The ID.</param>
/// <param name="Guesses">How many guesses the socket had seen by then.</param>
/// <param name="SentAt">When it was sent.</param>
internal readonly record struct UdpPair(UpstreamSocket? Socket, ushort Id, int Guesses, long SentAt);

/// <summary>
/// A query that is on its way to an upstream as a datagram, and later its reply. It is used again and again; between
/// <see cref="Prepare"/> and its completion it belongs to the engine it was given to.
/// </summary>
internal sealed class UdpExchange : UpstreamReply, IValueTaskSource<UpstreamOutcome>
{
    /// <summary>The longest query that is sent as a datagram: with room for every option that resolvers send.</summary>
    internal const int MaxRequestSize = 1024;

    /// <summary>The longest reply that is taken as a datagram; of a longer one the rest is cut, and it is marked as truncated.</summary>
    internal const int BufferSize = 4096;

    private readonly byte[] _request = GC.AllocateUninitializedArray<byte>(MaxRequestSize, pinned: true);
    private byte[] _reply = GC.AllocateUninitializedArray<byte>(BufferSize, pinned: true);
    private int _requestLength;
    private int _replyLength;
    private ManualResetValueTaskSourceCore<UpstreamOutcome> _completion;

    /// <summary>Exchanges that are ready for use: at most about 3 MiB.</summary>
    internal static IdleStack<UdpExchange> Idle { get; } = new(PoolSizes.Largest.DatagramExchanges);

    /// <inheritdoc/>
    public override byte[] Message => _reply;

    /// <inheritdoc/>
    public override int Length => _replyLength;

    /// <summary>The query as it goes out.</summary>
    internal Span<byte> Request => _request.AsSpan(0, _requestLength);

    /// <summary>The array that holds the query; pinned.</summary>
    internal byte[] RequestBuffer => _request;

    /// <summary>Who is asked.</summary>
    internal Upstream Upstream { get; private set; } = null!;

    /// <summary>The engine's sockets to the upstream.</summary>
    internal UpstreamSocketPool? Pool { get; set; }

    /// <summary>Where it went out last; without a socket when that pair is closed and no other is open.</summary>
    internal UdpPair Current { get; private set; }

    /// <summary>Where it went out before that, if a reply is still taken there.</summary>
    internal UdpPair Earlier { get; private set; }

    /// <summary>When to give up, as <see cref="TimeProvider.GetTimestamp"/> counts.</summary>
    internal long Deadline { get; private set; }

    /// <summary>The query that is to be answered; null where there is none.</summary>
    internal IUpstreamAsker? Asker { get; set; }

    /// <summary>When it was sent first.</summary>
    internal long FirstSentAt { get; set; }

    /// <summary>When to send it again, unless a reply has come.</summary>
    internal long NextSend { get; set; }

    /// <summary>How long to wait before sending it yet again.</summary>
    internal long RetransmitAfter { get; set; }

    /// <summary>Whether an engine has it, and its asker waits.</summary>
    internal bool IsPending { get; set; }

    /// <summary>Whether it was sent again because the network reported that nobody is there.</summary>
    internal bool WasRefused { get; set; }

    /// <summary>Whether it was sent again because a reply was doubted.</summary>
    internal bool WasDoubted { get; set; }

    /// <summary>Whether it waits to be sent.</summary>
    internal bool IsQueued { get; set; }

    /// <summary>Its neighbours among the engine's pending exchanges.</summary>
    internal UdpExchange? Previous { get; set; }

    /// <summary>Its neighbours among the engine's pending exchanges.</summary>
    internal UdpExchange? Next { get; set; }

    /// <summary>What the asker awaits.</summary>
    internal ValueTask<UpstreamOutcome> Completion => new(this, _completion.Version);

    /// <inheritdoc/>
    public override void Release()
    {
        Pool = null;
        Asker = null;
        Idle.Return(this);
    }

    /// <summary>An exchange that is ready for use.</summary>
    internal static UdpExchange Rent() => Idle.Take() ?? new UdpExchange();

    /// <summary>Takes in a query.</summary>
    /// <param name="upstream">Who is asked.</param>
    /// <param name="query">The query, at most <see cref="MaxRequestSize"/> bytes.</param>
    /// <param name="deadline">When to give up.</param>
    /// <param name="resumesOnPool">Whether the asker continues on the thread pool, not on the thread that completes.</param>
    internal void Prepare(Upstream upstream, in UpstreamQuery query, long deadline, bool resumesOnPool)
    {
        _completion.Reset();
        _completion.RunContinuationsAsynchronously = resumesOnPool;
        query.CopyTo(_request);
        _requestLength = query.Length;
        _replyLength = 0;
        Upstream = upstream;
        Deadline = deadline;
        Asker = query.Asker;
        WasRefused = WasDoubted = false;
    }

    /// <summary>Whether nobody waits for the reply any more. The asker's context serves no other query before the exchange is complete.</summary>
    internal bool IsOver(long now) => Deadline <= now || Asker is { IsAbandoned: true };

    /// <summary>Whether replies that fit no query came where this one's was expected.</summary>
    internal bool HasMismatches => WasDoubted || HasMismatchesAt(Current) || HasMismatchesAt(Earlier);

    /// <summary>Whether a reply is taken at a socket.</summary>
    internal bool Uses(UpstreamSocket socket) => ReferenceEquals(Current.Socket, socket) || ReferenceEquals(Earlier.Socket, socket);

    /// <summary>The pair of a socket and an ID of which one is open.</summary>
    internal UdpPair GetPair(UpstreamSocket socket, ushort id)
        => ReferenceEquals(Current.Socket, socket) && Current.Id == id ? Current : Earlier;

    /// <summary>Sends from another socket, with another ID.</summary>
    /// <param name="pair">The socket and the ID.</param>
    /// <returns>The pair that was open before the last one, to be closed: no more than two are open.</returns>
    internal UdpPair OpenPair(in UdpPair pair)
    {
        UdpPair oldest = Earlier;
        Earlier = Current;
        Current = pair;
        _request[0] = (byte)(pair.Id >> 8);
        _request[1] = (byte)pair.Id;
        return oldest;
    }

    private static bool HasMismatchesAt(in UdpPair pair) => pair.Socket is { } socket && socket.Guesses != pair.Guesses;

    /// <summary>Takes no more replies at the last pair; the one before it, if open, takes its place.</summary>
    /// <returns>The pair that was closed.</returns>
    internal UdpPair CloseCurrent()
    {
        UdpPair closed = Current;
        Current = Earlier;
        Earlier = default;
        return closed;
    }

    /// <summary>Takes no more replies at the pair before the last one.</summary>
    /// <returns>The pair that was closed.</returns>
    internal UdpPair CloseEarlier()
    {
        UdpPair closed = Earlier;
        Earlier = default;
        return closed;
    }

    /// <summary>Takes a reply without copying it: the buffers change places.</summary>
    /// <param name="buffer">A pinned array of <see cref="BufferSize"/> bytes with the reply; gets the one that is free.</param>
    /// <param name="length">How long the reply is.</param>
    internal void TakeReply(ref byte[] buffer, int length)
    {
        (_reply, buffer) = (buffer, _reply);
        _replyLength = length;
    }

    /// <summary>Lets the asker continue, on this thread or on the pool. An exchange without a reply must not be touched after that.</summary>
    /// <param name="status">How the query ended.</param>
    /// <param name="failure">Why there is no reply.</param>
    internal void Complete(UpstreamStatus status, UpstreamFailure failure = UpstreamFailure.None)
        => _completion.SetResult(new UpstreamOutcome(status, status == UpstreamStatus.Answered ? this : null)
        {
            Protocol = UpstreamProtocol.Udp,
            Failure = failure,
        });

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
