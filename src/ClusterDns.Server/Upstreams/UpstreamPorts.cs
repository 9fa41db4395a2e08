namespace ClusterDns.Server.Upstreams;

/// <summary>Whether a new source port may be opened to an upstream, and why not.</summary>
internal enum PortPermit : byte
{
    /// <summary>It may.</summary>
    Granted,

    /// <summary>So many were opened within a second that another has to wait.</summary>
    RateLimited,

    /// <summary>The upstream answers on no port, new ones included.</summary>
    Silent,
}

/// <summary>
/// What the threads that ask one upstream share about its source ports: how many each may keep, for how long, and when a new one
/// may be opened. Each port is an entry in the connection tracking of the node, so their number matters beyond this process.
/// </summary>
internal sealed class UpstreamPorts
{
    /// <summary>How many ports are opened within any second at most.</summary>
    internal const int MaxPerSecond = 50;

    /// <summary>How many are opened at most before one of them is answered; then the upstream counts as silent.</summary>
    internal const int MaxUnproven = 8;

    /// <summary>How many take new queries at most, all threads together, as long as there are no more than 32 threads.</summary>
    internal const int MaxKept = 256;

    /// <summary>How many take new queries at most in one thread.</summary>
    internal const int MaxKeptPerThread = 64;

    private const int MinKeptPerThread = 8;
    private const int MaxProbeSeconds = 8;

    private static readonly TimeSpan UsualLifetime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan MinLifetime = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MaxLifetime = TimeSpan.FromSeconds(60);

    private readonly Lock _lock = new();
    private readonly long[] _opened = new long[MaxPerSecond];
    private readonly long _second;
    private int _oldest;
    private int _pools;
    private int _unproven;
    private long _answeredUpTo = long.MinValue;
    private long _unprovenSince = long.MinValue;
    private long _lastOpened;
    private long _probeInterval;

    /// <summary>An upstream's ports.</summary>
    /// <param name="expire">How long a connection may rest, which is also how long a port is used at most; from 1 s to 60 s, otherwise 10 s.</param>
    /// <param name="maxAge">How long a connection is used at most; zero for as long as it works.</param>
    /// <param name="limit">The bound of the process.</param>
    /// <param name="timeProvider">The clock.</param>
    internal UpstreamPorts(TimeSpan expire, TimeSpan maxAge, UpstreamSocketLimit limit, TimeProvider timeProvider)
    {
        TimeSpan lifetime = expire > TimeSpan.Zero ? expire : UsualLifetime;
        lifetime = maxAge > TimeSpan.Zero && maxAge < lifetime ? maxAge : lifetime;
        Lifetime = lifetime < MinLifetime ? MinLifetime : lifetime > MaxLifetime ? MaxLifetime : lifetime;
        Limit = limit;
        _second = timeProvider.TimestampFrequency;
        _opened.AsSpan().Fill(long.MinValue);
    }

    /// <summary>How long a port takes new queries at most.</summary>
    internal TimeSpan Lifetime { get; }

    /// <summary>The bound of the process.</summary>
    internal UpstreamSocketLimit Limit { get; }

    /// <summary>How many ports one thread keeps.</summary>
    internal int KeptPerThread => Math.Clamp(MaxKept / Math.Max(1, Volatile.Read(ref _pools)), MinKeptPerThread, MaxKeptPerThread);

    /// <summary>When the youngest query was sent that the upstream has answered.</summary>
    internal long AnsweredUpTo => Volatile.Read(ref _answeredUpTo);

    /// <summary>Another thread begins to ask.</summary>
    internal void Join() => Interlocked.Increment(ref _pools);

    /// <summary>A thread asks no more.</summary>
    internal void Leave() => Interlocked.Decrement(ref _pools);

    /// <summary>Takes note of an answer.</summary>
    /// <param name="sentAt">When its query was sent.</param>
    internal void Answered(long sentAt)
    {
        // Written once a millisecond at most, unless somebody waits for it: threads share the cache line.
        long known = Volatile.Read(ref _answeredUpTo);
        if (sentAt > known && (known == long.MinValue || sentAt - known > _second / 1000 || Volatile.Read(ref _unprovenSince) > known))
        {
            Volatile.Write(ref _answeredUpTo, sentAt);
        }
    }

    /// <summary>Asks to open a port.</summary>
    /// <param name="now">The time.</param>
    /// <param name="need">Why it is opened.</param>
    internal PortPermit TryTake(long now, PortNeed need)
    {
        lock (_lock)
        {
            long oldest = _opened[_oldest];
            if (need != PortNeed.First && oldest != long.MinValue && now - oldest < _second)
            {
                return PortPermit.RateLimited;
            }

            if (AnsweredUpTo >= _unprovenSince)
            {
                _unproven = 0;
                _probeInterval = _second;
                Volatile.Write(ref _unprovenSince, now);
            }
            else if (_unproven >= MaxUnproven)
            {
                // The flows of all existing ports may be dead while the upstream is well: only a new port finds out.
                if (now - _lastOpened >= _probeInterval)
                {
                    _probeInterval = Math.Min(2 * _probeInterval, MaxProbeSeconds * _second);
                }
                else if (need == PortNeed.Another)
                {
                    return PortPermit.Silent;
                }
            }

            _unproven++;
            _lastOpened = now;
            _opened[_oldest] = now;
            _oldest = (_oldest + 1) % MaxPerSecond;
            return PortPermit.Granted;
        }
    }
}

/// <summary>Why a port is opened.</summary>
internal enum PortNeed : byte
{
    /// <summary>Existing ports serve otherwise.</summary>
    Another,

    /// <summary>The thread has no port left: an upstream that is silent gets one all the same.</summary>
    Only,

    /// <summary>The thread has had no port before.</summary>
    First,
}
