using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Upstreams;
using ClusterDns.Core.Wire;
using ClusterDns.Server.Listeners;
using ClusterDns.Server.Serving;
using ClusterDns.Server.Upstreams;
using ClusterDns.Tests.Listeners;

namespace ClusterDns.Tests.Upstreams;

/// <summary>An upstream that is disposed of leaves no socket open, whoever opened it.</summary>
public sealed class UpstreamDisposalTests : IAsyncDisposable
{
    private static readonly TimeSpan Expire = TimeSpan.FromSeconds(10);

    private readonly ScriptedUpstream _server = new();
    private readonly UpstreamFactory _factory = new(new MetricRegistry(), TimeProvider.System);
    private readonly AskingPipeline _pipeline = new();
    private readonly TestListener _listener = new(new ListenerOptions { Port = 0, Workers = 2 });

    public UpstreamDisposalTests() => _listener.Listener.Pipeline = _pipeline;

    public async ValueTask DisposeAsync()
    {
        await _listener.DisposeAsync();
        _factory.Dispose();
        _server.Dispose();
    }

    [NativeFact]
    public async Task A_hundred_upstreams_leave_no_socket_behind_on_workers_that_live()
    {
        for (int i = 0; i < 100; i++)
        {
            using IUpstream upstream = _factory.Open(_server.Endpoint, Expire, TimeSpan.Zero);
            _pipeline.Upstream = upstream;
            for (int j = 0; j < 5; j++)
            {
                UdpTestClient client = _listener.CreateUdpClient();
                client.Send(ScriptedPipeline.Sync, 1);
                Assert.Equal(ResponseCode.NoError, TestQuery.GetCode(await client.ReceiveAsync()));
                UpstreamOutcome outcome = await upstream.Udp.AskAsync(new UpstreamQuery(ForwardRig.Query(), TestListener.Patience));
                outcome.Reply!.Release();
            }

            Assert.True(_server.CountSockets() >= 2, "no socket of a worker and of the shared loop");
        }

        // Nothing is asked any more that would wake a worker.
        await TestListener.UntilAsync(() => _server.CountSockets() == 0);
    }

    [NativeFact]
    public async Task What_waits_is_answered_all_the_same_and_so_is_what_is_asked_later()
    {
        byte[]? waiting = null;
        _server.OnDatagram = (query, _) =>
        {
            waiting = query;
            return [];
        };
        IUpstream upstream = _factory.Open(_server.Endpoint, Expire, TimeSpan.Zero);
        _pipeline.Upstream = upstream;
        UdpTestClient client = _listener.CreateUdpClient();
        client.Send(ScriptedPipeline.Sync, 1);
        await TestListener.UntilAsync(() => waiting is not null);

        upstream.Dispose();

        _server.OnDatagram = static (query, _) => [ScriptedUpstream.Answer(query)];
        Assert.Equal(ResponseCode.NoError, TestQuery.GetCode(await client.ReceiveAsync()));
        client.Send(ScriptedPipeline.Sync, 2);
        Assert.Equal(ResponseCode.NoError, TestQuery.GetCode(await client.ReceiveAsync()));
        UpstreamOutcome outcome = await upstream.Stream.AskAsync(new UpstreamQuery(ForwardRig.Query(), TestListener.Patience));
        Assert.Equal(UpstreamStatus.Answered, outcome.Status);
        await TestListener.UntilAsync(() => _server.CountSockets() == 0);
    }

    [NativeFact]
    public async Task An_upstream_may_outlive_the_workers_that_asked_it()
    {
        using IUpstream upstream = _factory.Open(_server.Endpoint, Expire, TimeSpan.Zero);
        _pipeline.Upstream = upstream;
        UdpTestClient client = _listener.CreateUdpClient();
        client.Send(ScriptedPipeline.Sync, 1);
        Assert.Equal(ResponseCode.NoError, TestQuery.GetCode(await client.ReceiveAsync()));

        await _listener.Listener.DisposeAsync();

        Assert.Equal(0, _server.CountSockets());
    }

    /// <summary>Asks an upstream for whatever is asked of it.</summary>
    private sealed class AskingPipeline : IQueryPipeline
    {
        public IUpstream? Upstream { get; set; }

        public ValueTask<bool> HandleAsync(
            Exchange exchange,
            int length,
            TransportProtocol transport,
            in NetworkEndpoint local,
            in NetworkEndpoint remote,
            IWaitGate? waitGate)
        {
            Assert.Equal(QueryVerdict.Serve, exchange.Accept(length, transport, in local, in remote, 0, waitGate));
            return AskAsync(exchange.Query);
        }

        private async ValueTask<bool> AskAsync(Query context)
        {
            Assert.True(context.TryGetRequest(out ReadOnlyMemory<byte> request));
            UpstreamOutcome outcome = await Upstream!.Udp.AskAsync(
                new UpstreamQuery(request, TestListener.Patience));
            outcome.Reply?.Release();
            context.Response.Answer(
                "scripted", outcome.Status == UpstreamStatus.Answered ? ResponseCode.NoError : ResponseCode.ServFail);
            context.Exchange.WriteResponse();
            return true;
        }
    }

    /// <summary>A fact about the workers that have engines of their own.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    private sealed class NativeFactAttribute : FactAttribute
    {
        public NativeFactAttribute()
        {
            if (!UpstreamEngine.IsSupported)
            {
                Skip = "workers have no engines of their own on this system";
            }
        }
    }
}
