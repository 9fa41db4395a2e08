using System.Net;
using ClusterDns.Core.Logging;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Server.Interop;
using ClusterDns.Server.Serving;
using ClusterDns.Server.Upstreams;
using ClusterDns.Tests.TestKit;

namespace ClusterDns.Tests.Upstreams;

/// <summary>A query that is forwarded over UDP costs no memory in the steady state.</summary>
public sealed class ForwardAllocationTests : IDisposable, ILogOutput
{
    private const int WarmUp = 2000;
    private const int Round = 1000;
    private const int Rounds = 5;
    private const int Queries = WarmUp + (Round * Rounds);

    private readonly ScriptedUpstream _server = new();
    private long _logged;

    public void Dispose() => _server.Dispose();

    /// <summary>Replies that cannot be read are logged once a minute, and not for each query.</summary>
    [Theory]
    [InlineData(true, ResponseCode.NoError, 1)]
    [InlineData(false, ResponseCode.ServFail, 1)]
    public void AForwardedQueryAllocatesNothing(bool isReadable, ResponseCode expected, int lines)
    {
        if (!UpstreamEngine.IsSupported)
        {
            return;
        }

        if (!isReadable)
        {
            _server.OnDatagram = static (query, _) => [ScriptedUpstream.Answer(query)[..^1]];
        }

        ServerKit kit = new(
            $". {{\n errors\n log\n forward . {_server.Endpoint} {{\n max_fails 0\n }}\n}}\n", this);
        long allocated = -1;
        string? failure = null;
        Thread worker = new(() => (allocated, failure) = Measure(kit.Model.Listeners[0].Pipeline, kit.Time, expected));
        worker.Start();
        worker.Join();

        Assert.Null(failure);
        Assert.Equal(0, allocated);
        Assert.Equal(Queries * lines, _logged);
    }

    bool ILogOutput.TryWriteLine(ReadOnlySpan<byte> line)
    {
        _logged++;
        return true;
    }

    /// <summary>What a worker does, by hand: ask, send, wait for the reply, write the answer.</summary>
    private static (long Allocated, string? Failure) Measure(IQueryPipeline pipeline, TimeProvider time, ResponseCode expected)
    {
        using EventPoll poll = new();
        using UpstreamEngine engine = new(poll, TimeProvider.System, new UpstreamMetrics(new MetricRegistry()));
        UpstreamEngine.Current = engine;
        Query context = new Exchange().Query;
        byte[] query = new byte[512];
        int length = ServerKit.WriteQuery(query, "www.example.", RecordType.A);
        NetworkEndpoint client = NetworkEndpoint.From(new IPEndPoint(IPAddress.Loopback, 5300));
        long before = 0;
        long least = long.MaxValue;

        // Long enough for as many sockets to be opened as may be within a second; time stands still, so that none is replaced.
        for (int i = 0; i < Queries; i++)
        {
            // A collection that another test causes may empty a pool, which costs that round only.
            if (i >= WarmUp && i % Round == 0)
            {
                long now = GC.GetAllocatedBytesForCurrentThread();
                least = i > WarmUp ? Math.Min(least, now - before) : least;
                before = now;
            }

            query.AsSpan(0, length).CopyTo(context.Exchange.RequestBuffer);
            ValueTask<bool> served = pipeline.HandleAsync(context.Exchange, length, TransportProtocol.Udp, in client, in client, null);
            while (!served.IsCompleted)
            {
                engine.Flush();
                int events = poll.Wait(engine.WaitMilliseconds);
                for (int j = 0; j < events; j++)
                {
                    engine.Receive(poll.GetToken(j));
                }

                engine.Tick();
            }

            if (!served.GetAwaiter().GetResult() || (context.Exchange.ResponseMessage[3] & 15) != (int)expected)
            {
                return (-1, $"query {i} was not answered with {expected}");
            }

            context.Exchange.Reset();
        }

        least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        UpstreamEngine.Current = null;
        return (least, null);
    }
}
