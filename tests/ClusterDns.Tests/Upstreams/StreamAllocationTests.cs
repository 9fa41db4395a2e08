using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Upstreams;
using ClusterDns.Server.Upstreams;
using ClusterDns.Tests.TestKit;

namespace ClusterDns.Tests.Upstreams;

/// <summary>Queries and replies over connections use pooled buffers. What is left is the pool callback by which the asker continues.</summary>
[Collection(Alone.Name)]
public sealed class StreamAllocationTests : IDisposable
{
    private const int WarmUp = 500;
    private const int Round = 1000;
    private const int Rounds = 5;
    private const int MaxBytesPerQuery = 400;

    private readonly TcpListener _server = new(IPAddress.Loopback, 0);
    private readonly UpstreamFactory _factory = new(new MetricRegistry(), TimeProvider.System);

    public void Dispose()
    {
        _server.Dispose();
        _factory.Dispose();
    }

    [Fact]
    public void Query_over_a_connection_allocates_hardly_anything()
    {
        _server.Start();
        Thread answering = new(Answer) { IsBackground = true };
        answering.Start();
        using IUpstream upstream = _factory.Open(
            NetworkEndpoint.From((IPEndPoint)_server.LocalEndpoint), TimeSpan.FromSeconds(10), TimeSpan.Zero);
        long least = long.MaxValue;

        // A thread of its own, since the tests' synchronization context allocates for each continuation.
        Thread asking = new(() => least = Measure(upstream.Stream));
        asking.Start();
        asking.Join();

        Assert.InRange(least / Round, 0, MaxBytesPerQuery);
    }

    private static long Measure(IUpstreamChannel channel)
    {
        byte[] query = StreamKit.Query("www.example.");
        using ManualResetEventSlim isDone = new();
        Action set = isDone.Set;
        int answered = 0;
        Ask(WarmUp);
        long least = long.MaxValue;
        for (int i = 0; i < Rounds; i++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            Ask(Round);
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        return answered == WarmUp + (Rounds * Round) ? least : long.MaxValue;

        void Ask(int count)
        {
            for (int i = 0; i < count; i++)
            {
                ValueTask<UpstreamOutcome> asked = channel.AskAsync(new UpstreamQuery(query, StreamKit.Timeout));
                ValueTaskAwaiter<UpstreamOutcome> awaiter = asked.GetAwaiter();
                isDone.Reset();
                awaiter.UnsafeOnCompleted(set);
                isDone.Wait();
                UpstreamOutcome outcome = awaiter.GetResult();
                answered += outcome.Status == UpstreamStatus.Answered ? 1 : 0;
                outcome.Reply?.Release();
            }
        }
    }

    /// <summary>Sends each query back as an answer without records, and allocates nothing.</summary>
    private void Answer()
    {
        try
        {
            using Socket connection = _server.AcceptSocket();
            byte[] buffer = new byte[4096];
            while (connection.Receive(buffer) is > 0 and int length)
            {
                buffer[4] |= 0x80;
                connection.Send(buffer, length, SocketFlags.None);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}
