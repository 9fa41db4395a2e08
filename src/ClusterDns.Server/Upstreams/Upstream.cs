using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Upstreams;
using ClusterDns.Server.Upstreams.Stream;
using ClusterDns.Server.Upstreams.Udp;

namespace ClusterDns.Server.Upstreams;

/// <summary>One server that queries are forwarded to: datagrams by the engines, connections by its own.</summary>
internal sealed class Upstream : IUpstream
{
    private static readonly TimeSpan MinRetransmit = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan MaxRetransmit = TimeSpan.FromSeconds(1);

    private readonly UpstreamFactory _factory;
    private readonly StreamPool _streams;
    private readonly Lock _lock = new();
    private readonly List<UpstreamEngine> _engines = [];
    private bool _disposed;
    private double _roundTripMilliseconds = 100;

    /// <summary>An upstream.</summary>
    internal Upstream(NetworkEndpoint endpoint, TimeSpan expire, TimeSpan maxAge, UpstreamFactory factory)
    {
        Endpoint = endpoint;
        Ports = new UpstreamPorts(expire, maxAge, factory.Sockets, factory.TimeProvider);
        _factory = factory;
        _streams = factory.Streams.Acquire(endpoint, expire, maxAge);
        Stream = new StreamChannel(_streams);
        UdpChannel datagrams = new(this, factory);
        Udp = new UdpFirstChannel(datagrams, Stream, retriesTruncated: false, factory.TimeProvider);
        UdpThenStream = new UdpFirstChannel(datagrams, Stream, retriesTruncated: true, factory.TimeProvider);
    }

    /// <inheritdoc/>
    public NetworkEndpoint Endpoint { get; }

    /// <inheritdoc/>
    public IUpstreamChannel Udp { get; }

    /// <inheritdoc/>
    public IUpstreamChannel UdpThenStream { get; }

    /// <inheritdoc/>
    public IUpstreamChannel Stream { get; }

    /// <summary>What engines share about the ports that datagrams leave by.</summary>
    internal UpstreamPorts Ports { get; }

    /// <summary>
    /// How long to wait before a datagram is sent again: four times the usual time, since what takes longer than that is lost
    /// more often than late.
    /// </summary>
    internal TimeSpan RetransmitAfter
    {
        get
        {
            TimeSpan usual = TimeSpan.FromMilliseconds(4 * Volatile.Read(ref _roundTripMilliseconds));
            return usual < MinRetransmit ? MinRetransmit : usual > MaxRetransmit ? MaxRetransmit : usual;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            foreach (UpstreamEngine engine in _engines)
            {
                engine.ForgetSoon(this);
            }
        }

        _factory.Streams.Release(_streams);
    }

    /// <summary>Takes note that an engine is about to keep sockets; false when the upstream has been disposed of.</summary>
    internal bool TryAttach(UpstreamEngine engine)
    {
        lock (_lock)
        {
            if (!_disposed)
            {
                _engines.Add(engine);
            }

            return !_disposed;
        }
    }

    /// <summary>Takes note that an engine has no sockets any more: it is not notified of anything after that.</summary>
    internal void Detach(UpstreamEngine engine)
    {
        lock (_lock)
        {
            _engines.Remove(engine);
        }
    }

    /// <summary>Takes in how long a reply took.</summary>
    internal void Measured(TimeSpan roundTrip)
    {
        // A lost update of another thread's sample does no harm.
        double usual = Volatile.Read(ref _roundTripMilliseconds);
        Volatile.Write(ref _roundTripMilliseconds, usual + ((roundTrip.TotalMilliseconds - usual) / 8));
    }
}
