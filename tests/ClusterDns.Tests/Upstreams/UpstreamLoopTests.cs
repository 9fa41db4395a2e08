using System.Net;
using ClusterDns.Core.Execution;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Upstreams;
using ClusterDns.Server.Upstreams;
using ClusterDns.Tests.Listeners;
using ClusterDns.Tests.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClusterDns.Tests.Upstreams;

public sealed class UpstreamLoopTests
{
    [EngineFact]
    public void Query_that_comes_while_the_loop_goes_to_rest_is_served()
    {
        // Without a socket a query fails at once, and the loop has nothing that wakes it but queries.
        MetricRegistry metrics = new();
        using UpstreamFactory factory = new(metrics, TimeProvider.System) { Sockets = new UpstreamSocketLimit(0) };
        using IUpstream upstream = factory.Open(
            NetworkEndpoint.From(new IPEndPoint(IPAddress.Loopback, 9)), TimeSpan.FromSeconds(10), TimeSpan.Zero);
        using UpstreamLoop loop = new(
            TimeProvider.System, factory.Metrics, new CallbackGuard(metrics, TimeProvider.System, NullLogger.Instance));
        Task[] asked = new Task[2];

        Lockstep.Run(
            50_000,
            _ => asked[0] = Submit(),
            _ => asked[1] = Submit(),
            _ => Task.WaitAll(asked, TestListener.Patience) ? true : throw new TimeoutException("a query was forgotten"));

        Task Submit()
        {
            UdpExchange exchange = UdpExchange.Rent();
            exchange.Prepare(
                (Upstream)upstream, new UpstreamQuery(ForwardRig.Query("www.example."), TimeSpan.FromSeconds(5)), long.MaxValue, resumesOnPool: false);
            Task<UpstreamOutcome> outcome = exchange.Completion.AsTask();
            loop.Submit(exchange);
            return outcome;
        }
    }
}
