using System.Net;
using ClusterDns.Server.Interop;

namespace ClusterDns.Server.Upstreams;

/// <summary>What a datagram from an upstream's address is to a socket.</summary>
internal enum ReplyMatch : byte
{
    /// <summary>The reply to a query that waits.</summary>
    Expected,

    /// <summary>One to a query that does not wait any more, or a second one.</summary>
    Late,

    /// <summary>One that fits nothing that was asked here: somebody may be guessing.</summary>
    Guess,
}

/// <summary>
/// A datagram socket that is connected to an upstream, so that the kernel takes datagrams from nowhere else and reports ICMP errors. Its
/// port is drawn at random (RFC 5452 section 9.2). It belongs to one engine.
/// </summary>
internal sealed class UpstreamSocket : IDisposable
{
    /// <summary>After so many guesses the socket is given up.</summary>
    internal const int MaxGuesses = 16;

    /// <summary>How much kernel memory replies that have not been read take at most, in bytes. The kernel doubles what it is asked for.</summary>
    internal const int MaxKernelBytes = 2 * ReceiveBufferBytes;

    private const int ReceiveBufferBytes = 32 * 1024;
    private const int MaxBindAttempts = 8;
    private const int MaxUnanswered = 16;

    private readonly Dictionary<ushort, UdpExchange> _pending = [];
    private readonly RecentIds _answered = new(64);
    private readonly RecentIds _givenUp = new(512);
    private int _unanswered;
    private bool _hasTimedOut;

    private UpstreamSocket(NativeSocketHandle handle, UpstreamSocketPool pool, int slot, long expiresAt)
    {
        Handle = handle;
        Pool = pool;
        Slot = slot;
        ExpiresAt = expiresAt;
    }

    /// <summary>The socket.</summary>
    internal NativeSocketHandle Handle { get; }

    /// <summary>The upstream's sockets.</summary>
    internal UpstreamSocketPool Pool { get; }

    /// <summary>Its number in the engine.</summary>
    internal int Slot { get; }

    /// <summary>Its place in the pool; -1 when it has none.</summary>
    internal int PoolIndex { get; set; } = -1;

    /// <summary>When another port is to take its place.</summary>
    internal long ExpiresAt { get; }

    /// <summary>How many datagrams fitted nothing that was asked.</summary>
    internal int Guesses { get; private set; }

    /// <summary>Whether there were so many guesses that no reply is taken any more.</summary>
    internal bool IsSuspicious => Guesses >= MaxGuesses;

    /// <summary>Whether it sends no more, and is closed when nothing is pending.</summary>
    internal bool IsRetired { get; set; }

    /// <summary>When the youngest query was sent that was answered here.</summary>
    internal long AnsweredUpTo { get; private set; } = long.MinValue;

    /// <summary>When the first query was sent since the last answer; <see cref="long.MaxValue"/> when there was none.</summary>
    internal long UnansweredSince { get; private set; } = long.MaxValue;

    /// <summary>How many queries wait for their reply.</summary>
    internal int PendingCount => _pending.Count;

    /// <summary>The queries that wait for their reply.</summary>
    internal Dictionary<ushort, UdpExchange>.ValueCollection Pending => _pending.Values;

    /// <summary>Opens one; null when it cannot be.</summary>
    /// <param name="pool">The upstream's sockets.</param>
    /// <param name="slot">Its number in the engine.</param>
    /// <param name="ports">What its port is drawn from.</param>
    /// <param name="ids">Random numbers.</param>
    /// <param name="expiresAt">When another port is to take its place.</param>
    internal static UpstreamSocket? TryOpen(UpstreamSocketPool pool, int slot, EphemeralPorts ports, QueryIds ids, long expiresAt)
    {
        NativeSocketHandle? handle = null;
        try
        {
            handle = NativeSocketHandle.Create(pool.Endpoint.AddressFamily);
            handle.TrySetOption(SocketCalls.LevelSocket, SocketCalls.ReceiveBuffer, ReceiveBufferBytes);
            BindAtRandom(handle, pool.Endpoint, ports, ids);
            if (handle.TryConnect(pool.Endpoint))
            {
                return new UpstreamSocket(handle, pool, slot, expiresAt);
            }
        }
        catch (System.Net.Sockets.SocketException)
        {
            // No descriptor is left, or the family is missing: the caller counts it, and uses the sockets that there are.
        }

        handle?.Dispose();
        return null;
    }

    /// <summary>Whether an ID is free.</summary>
    internal bool IsFree(ushort id) => !_pending.ContainsKey(id);

    /// <summary>Expects a reply.</summary>
    internal void Expect(UdpExchange exchange, ushort id, long now)
    {
        _pending.Add(id, exchange);
        if (_unanswered++ == 0)
        {
            UnansweredSince = now;
        }
    }

    /// <summary>Expects a reply no more.</summary>
    /// <param name="id">The query's ID.</param>
    /// <param name="isAnswered">Whether it has come.</param>
    internal void Forget(ushort id, bool isAnswered)
    {
        _pending.Remove(id);
        (isAnswered ? _answered : _givenUp).Add(id);
    }

    /// <summary>What a datagram is.</summary>
    /// <param name="reply">The datagram.</param>
    /// <param name="exchange">Whose reply it is, when it is expected.</param>
    internal ReplyMatch Match(ReadOnlySpan<byte> reply, out UdpExchange? exchange)
    {
        exchange = null;
        if (reply.Length >= 2 && !IsSuspicious)
        {
            ushort id = GetId(reply);
            if (_pending.TryGetValue(id, out exchange))
            {
                if (ReplyCheck.IsReply(exchange.Request, reply))
                {
                    return ReplyMatch.Expected;
                }
            }
            else if (_answered.Contains(id) || _givenUp.Contains(id))
            {
                return ReplyMatch.Late;
            }
        }

        exchange = null;
        Guesses++;
        return ReplyMatch.Guess;
    }

    /// <summary>The ID of a message of at least two bytes.</summary>
    internal static ushort GetId(ReadOnlySpan<byte> message) => (ushort)((message[0] << 8) | message[1]);

    /// <summary>Takes note of an answer.</summary>
    /// <param name="sentAt">When its query was sent.</param>
    internal void Answered(long sentAt)
    {
        AnsweredUpTo = Math.Max(AnsweredUpTo, sentAt);
        UnansweredSince = long.MaxValue;
        _unanswered = 0;
        _hasTimedOut = false;
    }

    /// <summary>Takes note that a reply is overdue, or that nobody was there.</summary>
    /// <param name="sentAt">When its query was sent.</param>
    internal void Missed(long sentAt) => _hasTimedOut |= sentAt >= UnansweredSince;

    /// <summary>
    /// Whether the port seems to lead nowhere (a connection-tracking entry of a Pod that is gone, a NAT that has forgotten it), provided that
    /// other ports were answered meanwhile: a reply is overdue, or many are missing.
    /// </summary>
    /// <param name="lateBefore">When a query was sent whose reply is a little late.</param>
    internal bool IsStale(long lateBefore) => _hasTimedOut || (_unanswered >= MaxUnanswered && UnansweredSince < lateBefore);

    /// <inheritdoc/>
    public void Dispose() => Handle.Dispose();

    private static void BindAtRandom(NativeSocketHandle handle, IPEndPoint remote, EphemeralPorts ports, QueryIds ids)
    {
        IPAddress any = remote.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any;
        for (int i = 0; i < MaxBindAttempts; i++)
        {
            ushort port = ports.Draw(ids);
            if (port == EphemeralPorts.KernelsChoice || handle.TryBind(new IPEndPoint(any, port)))
            {
                return;
            }
        }

        // Nearly all ports are taken. Connecting binds the socket to one of the kernel's choice, which is random too.
    }

    /// <summary>The last of the IDs that were used, in a ring.</summary>
    private sealed class RecentIds(int size)
    {
        private readonly ushort[] _ids = new ushort[size];
        private int _count;
        private int _next;

        internal void Add(ushort id)
        {
            _ids[_next] = id;
            _next = (_next + 1) % size;
            _count = Math.Min(_count + 1, size);
        }

        internal bool Contains(ushort id) => _ids.AsSpan(0, _count).Contains(id);
    }
}
