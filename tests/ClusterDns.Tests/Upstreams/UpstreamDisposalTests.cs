using System.Globalization;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Upstreams;
using ClusterDns.Core.Wire;
using ClusterDns.Listeners;
using ClusterDns.Serving;
using ClusterDns.Tests.Listeners;
using ClusterDns.Upstreams;

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
                UpstreamOutcome outcome = await upstream.AskAsync(ForwardRig.Query(), UpstreamProtocol.Udp, TestListener.Patience);
                outcome.Reply!.Release();
            }

            Assert.True(CountSockets() >= 2, "no socket of a worker and of the shared loop");
        }

        // Nothing is asked any more that would wake a worker.
        await TestListener.UntilAsync(() => CountSockets() == 0);
    }

    [NativeFact]
    public async Task What_waits_fails_and_so_does_what_is_asked_later()
    {
        _server.OnDatagram = static (_, _) => [];
        IUpstream upstream = _factory.Open(_server.Endpoint, Expire, TimeSpan.Zero);
        _pipeline.Upstream = upstream;
        UdpTestClient client = _listener.CreateUdpClient();
        client.Send(ScriptedPipeline.Sync, 1);
        await TestListener.UntilAsync(() => _server.Queries == 1);

        upstream.Dispose();

        Assert.Equal(ResponseCode.ServFail, TestQuery.GetCode(await client.ReceiveAsync()));
        client.Send(ScriptedPipeline.Sync, 2);
        Assert.Equal(ResponseCode.ServFail, TestQuery.GetCode(await client.ReceiveAsync()));
        Assert.Equal(0, CountSockets());
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

        Assert.Equal(0, CountSockets());
    }

    /// <summary>How many datagram sockets are connected to the scripted upstream: whatever else goes on in the process does not count.</summary>
    private int CountSockets()
    {
        string remote = string.Create(CultureInfo.InvariantCulture, $"0100007F:{_server.Endpoint.Port:X4}");
        return File.ReadLines("/proc/net/udp").Count(
            line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, _, string address, ..] &&
                string.Equals(address, remote, StringComparison.Ordinal));
    }

    /// <summary>Asks an upstream for whatever is asked of it.</summary>
    private sealed class AskingPipeline : IQueryPipeline
    {
        public IUpstream? Upstream { get; set; }

        public ValueTask<bool> HandleAsync(
            QueryContext context,
            int length,
            TransportProtocol transport,
            in NetworkEndpoint local,
            in NetworkEndpoint remote,
            IWaitGate? waitGate)
        {
            Assert.Equal(QueryVerdict.Serve, context.Accept(length, transport, in local, in remote, 0, waitGate));
            return AskAsync(context);
        }

        private async ValueTask<bool> AskAsync(QueryContext context)
        {
            UpstreamOutcome outcome = await Upstream!.AskAsync(context.Request, UpstreamProtocol.Udp, TestListener.Patience);
            outcome.Reply?.Release();
            context.Response.Answer(
                "scripted", outcome.Status == UpstreamStatus.Answered ? ResponseCode.NoError : ResponseCode.ServFail);
            context.WriteResponse();
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
