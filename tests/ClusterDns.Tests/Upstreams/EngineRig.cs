using System.Net;
using System.Net.Sockets;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Upstreams;
using ClusterDns.Server.Interop;
using ClusterDns.Server.Upstreams;
using ClusterDns.Server.Upstreams.Udp;
using Microsoft.Extensions.Time.Testing;

namespace ClusterDns.Tests.Upstreams;

/// <summary>
/// An engine that a test drives by hand on its own thread, and a peer on the loopback interface, where a datagram has arrived as soon as it
/// was sent: nothing waits, and time passes only where the test says so.
/// </summary>
internal sealed class EngineRig : IDisposable
{
    private readonly EventPoll _poll = new();
    private readonly UpstreamEngine _engine;
    private readonly List<IUpstream> _upstreams = [];

    public EngineRig(int maxSockets = UpstreamSocketLimit.DefaultMax, TimeSpan? expire = null)
    {
        Factory = new UpstreamFactory(Metrics, Time) { Sockets = new UpstreamSocketLimit(maxSockets) };
        Expire = expire ?? TimeSpan.FromSeconds(10);
        Peer = Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Upstream = Open(Peer);
        _engine = new UpstreamEngine(_poll, Time, Factory.Metrics);
        UpstreamEngine.Current = _engine;
    }

    public FakeTimeProvider Time { get; } = new();

    public MetricRegistry Metrics { get; } = new();

    public UpstreamFactory Factory { get; }

    public TimeSpan Expire { get; }

    public Socket Peer { get; private set; }

    public IUpstream Upstream { get; }

    public UpstreamEngine Engine => _engine;

    public static Socket Bind(IPEndPoint endpoint)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { Blocking = false, ReceiveBufferSize = 1 << 20 };
        socket.Bind(endpoint);
        return socket;
    }

    public IUpstream Open(Socket peer)
    {
        IUpstream upstream = Factory.Open(NetworkEndpoint.From((IPEndPoint)peer.LocalEndPoint!), Expire, TimeSpan.Zero);
        _upstreams.Add(upstream);
        return upstream;
    }

    /// <summary>Asks, and sends what was asked.</summary>
    public PendingQuery Ask(string name = "www.example.", double seconds = 5, IUpstream? upstream = null)
    {
        PendingQuery query = AskWithoutSending(name, seconds, upstream);
        _engine.Flush();
        return query;
    }

    /// <summary>Asks, for the next flush.</summary>
    public PendingQuery AskWithoutSending(string name = "www.example.", double seconds = 5, IUpstream? upstream = null) => new(
        new UdpChannel((Upstream)(upstream ?? Upstream), Factory).AskAsync(new UpstreamQuery(ForwardRig.Query(name), TimeSpan.FromSeconds(seconds))),
        Time.GetUtcNow());

    /// <summary>What has arrived at the peer.</summary>
    public IReadOnlyList<Datagram> Take(Socket? peer = null)
    {
        List<Datagram> arrived = [];
        byte[] buffer = new byte[4096];
        while ((peer ?? Peer).Available > 0)
        {
            EndPoint sender = new IPEndPoint(IPAddress.Any, 0);
            int length = (peer ?? Peer).ReceiveFrom(buffer, ref sender);
            arrived.Add(new Datagram(buffer[..length], (IPEndPoint)sender));
        }

        return arrived;
    }

    /// <summary>The one datagram that has arrived.</summary>
    public Datagram TakeOne() => Assert.Single(Take());

    /// <summary>Sends a reply from the peer, which the engine takes in at once.</summary>
    public void Reply(Datagram datagram, byte[]? reply = null, Socket? peer = null)
    {
        (peer ?? Peer).SendTo(reply ?? ScriptedUpstream.Answer(datagram.Message), datagram.Sender);
        Pump();
    }

    /// <summary>Takes in what has arrived at the engine.</summary>
    public void Pump()
    {
        for (int events = _poll.Wait(0); events > 0; events = _poll.Wait(0))
        {
            for (int i = 0; i < events; i++)
            {
                if (UpstreamEngine.IsOwn(_poll.GetToken(i)))
                {
                    _engine.Receive(_poll.GetToken(i));
                }
                else
                {
                    _poll.ClearWake();
                }
            }
        }

        _engine.Flush();
    }

    /// <summary>Lets time pass, and the engine do what is due then.</summary>
    public void Advance(double milliseconds)
    {
        Time.Advance(TimeSpan.FromMilliseconds(milliseconds));
        _engine.Tick();
        _engine.Flush();
    }

    /// <summary>Closes the peer's socket, so that the network refuses what is sent there.</summary>
    public IPEndPoint ClosePeer()
    {
        IPEndPoint endpoint = (IPEndPoint)Peer.LocalEndPoint!;
        Peer.Dispose();
        return endpoint;
    }

    public void ReopenPeer(IPEndPoint endpoint) => Peer = Bind(endpoint);

    public long Count(string name, string? reason = null) => Metrics.Families
        .OfType<CounterFamily>()
        .Where(family => string.Equals(family.Name, $"clusterdns_upstream_{name}_total", StringComparison.Ordinal))
        .SelectMany(static family => family.Children)
        .Where(child => reason is null || child.LabelValues.Contains(reason, StringComparer.Ordinal))
        .Sum(static child => child.Value);

    public void Dispose()
    {
        foreach (IUpstream upstream in _upstreams)
        {
            upstream.Dispose();
        }

        _engine.Dispose();
        UpstreamEngine.Current = null;
        Assert.Equal(0, Factory.Sockets.Count);
        Factory.Dispose();
        _poll.Dispose();
        Peer.Dispose();
    }
}

/// <summary>A datagram that has arrived at a peer.</summary>
/// <param name="Message">The query.</param>
/// <param name="Sender">Where from.</param>
internal sealed record Datagram(byte[] Message, IPEndPoint Sender)
{
    public int Port => Sender.Port;

    public int Id => ScriptedUpstream.IdOf(Message);
}

/// <summary>A query that a test has asked.</summary>
internal sealed class PendingQuery(ValueTask<UpstreamOutcome> task, DateTimeOffset askedAt)
{
    private readonly ValueTask<UpstreamOutcome> _task = task;
    private UpstreamStatus? _status;

    public DateTimeOffset AskedAt => askedAt;

    public bool IsWaiting => _status is null && !_task.IsCompleted;

    /// <summary>What became of it; null while it waits.</summary>
    public UpstreamStatus? Status
    {
        get
        {
            if (_status is null && _task.IsCompleted)
            {
                UpstreamOutcome outcome = _task.GetAwaiter().GetResult();
                _status = outcome.Status;
                LastByte = outcome.Reply is { } reply ? reply.Message[reply.Length - 1] : null;
                outcome.Reply?.Release();
            }

            return _status;
        }
    }

    /// <summary>The last byte of the reply that was taken, once <see cref="Status"/> was read.</summary>
    public byte? LastByte { get; private set; }
}

/// <summary>A fact about the engines, which work on Linux only.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class EngineFactAttribute : FactAttribute
{
    public EngineFactAttribute()
    {
        if (!UpstreamEngine.IsSupported)
        {
            Skip = "engines do not work on this system";
        }
    }
}

/// <summary>A theory about the engines, which work on Linux only.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class EngineTheoryAttribute : TheoryAttribute
{
    public EngineTheoryAttribute()
    {
        if (!UpstreamEngine.IsSupported)
        {
            Skip = "engines do not work on this system";
        }
    }
}
