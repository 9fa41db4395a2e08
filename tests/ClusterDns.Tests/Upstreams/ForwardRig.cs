using System.Net;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Fuzz;
using ClusterDns.Server.Listeners;
using ClusterDns.Server.Serving;
using ClusterDns.Server.Upstreams;
using ClusterDns.Tests.Listeners;
using ClusterDns.Tests.TestKit;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace ClusterDns.Tests.Upstreams;

/// <summary>A client, a listener with one worker, the forward plugin and a scripted upstream: all sockets are real, the clock is not.</summary>
internal sealed class ForwardRig : IAsyncDisposable
{
    private readonly ServerModel _model;
    private readonly UpstreamFactory _factory;
    private readonly DnsListener _listener;
    private readonly UdpTestClient _client;

    /// <summary>A rig.</summary>
    /// <param name="options">The lines of forward's block.</param>
    /// <param name="waitLimit">How many queries may wait.</param>
    public ForwardRig(string options = "", int waitLimit = 1000)
    {
        _factory = new UpstreamFactory(Metrics, Time);
        WaitBound = new WaitBound(waitLimit, Metrics, Time);
        DiagnosticBag diagnostics = new();
        ServerModel? model = InMemoryServer.TryBuild(
            $". {{\n forward . {Server.Endpoint} {{\n  {options}\n }}\n}}\n", NoLog.Instance, Metrics, Time, diagnostics, _factory);
        Assert.True(model is not null, string.Join('\n', diagnostics.Errors));
        _model = model;
        _listener = DnsListener.Open(
            new ListenerOptions { Port = 0, Addresses = [IPAddress.Loopback], Workers = 1 },
            new ListenerServices(WaitBound, Metrics, NullLoggerFactory.Instance, Time));
        _listener.Start(model.Listeners[0].Pipeline);
        _client = new UdpTestClient(_listener.BoundEndpoints[0]);
    }

    public MetricRegistry Metrics { get; } = new();

    public FakeTimeProvider Time { get; } = new();

    public WaitBound WaitBound { get; }

    public ScriptedUpstream Server { get; } = new();

    /// <summary>The upstream as metrics have it.</summary>
    public string To => Server.Endpoint.ToString();

    /// <summary>A query as <see cref="AskAsync"/> sends it.</summary>
    public static byte[] Query(string name = "www.example.")
    {
        byte[] buffer = new byte[512];
        return buffer[..ServerKit.WriteQuery(buffer, name, RecordType.A)];
    }

    /// <summary>The last byte of the address in an answer that <see cref="ScriptedUpstream.Answer"/> has made, or somebody forged.</summary>
    public static byte LastByte(byte[] answer) => answer[^1];

    public static ResponseCode CodeOf(byte[] answer) => (ResponseCode)(answer[3] & 15);

    /// <summary>Sends the client's query.</summary>
    public void Send(string name = "www.example.") => _client.Send(Query(name));

    /// <summary>A client with an address of its own.</summary>
    public UdpTestClient CreateClient(string address) => new(_listener.BoundEndpoints[0], IPAddress.Parse(address));

    /// <summary>The next answer to the client.</summary>
    public Task<byte[]> ReceiveAsync() => _client.ReceiveAsync();

    /// <summary>Asks as a client.</summary>
    public Task<byte[]> AskAsync()
    {
        Send();
        return ReceiveAsync();
    }

    /// <summary>Lets time pass once the upstream was asked so many times.</summary>
    public async Task AdvanceAsync(int queries, TimeSpan time)
    {
        await TestListener.UntilAsync(() => Server.Queries == queries);
        Time.Advance(time);
    }

    /// <summary>The sum of a counter's children that have all of some label values.</summary>
    public long Count(string name, params string[] labels) => Metrics.Families
        .OfType<CounterFamily>()
        .Where(family => string.Equals(family.Name, name, StringComparison.Ordinal))
        .SelectMany(static family => family.Children)
        .Where(child => labels.All(label => child.LabelValues.Contains(label, StringComparer.Ordinal)))
        .Sum(static child => child.Value);

    /// <summary>How long the upstream took by the metrics, all replies with a code together.</summary>
    public double SecondsTaken(string code) => Metrics.Families
        .OfType<HistogramFamily>()
        .Single(static family => string.Equals(family.Name, "coredns_proxy_request_duration_seconds", StringComparison.Ordinal))
        .With("forward", To, code)
        .Sum;

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _listener.DisposeAsync();
        foreach (IHostService service in _model.Services)
        {
            await service.StopAsync(CancellationToken.None);
        }

        Server.Dispose();
        _factory.Dispose();
    }
}
