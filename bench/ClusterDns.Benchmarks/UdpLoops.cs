using System.Net;
using System.Runtime.InteropServices;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using ClusterDns.Server.Interop;
using ClusterDns.Server.Listeners;
using ClusterDns.Server.Listeners.Udp;
using ClusterDns.Server.Serving;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClusterDns.Benchmarks;

/// <summary>
/// The two ways to wait for datagrams, with the same work in between: the listener's reactor, which asks epoll when a batch was
/// short, and a thread that blocks in recvmmsg and can wait for nothing else.
/// </summary>
internal static unsafe class UdpLoops
{
    private const int BatchSize = 64;
    private const int WaitForOne = 0x10000;

    /// <summary>Serves with the listener's own reactor, one worker.</summary>
    /// <param name="port">The port on the loopback interface.</param>
    public static void RunReactor(int port)
    {
        MetricRegistry metrics = new();
        DnsListener listener = DnsListener.Open(
            new ListenerOptions { Port = port, Addresses = [IPAddress.Loopback], Tcp = false, Workers = 1, Backend = UdpBackendKind.Native },
            CreateServices(metrics));
        listener.Start(new BenchmarkServer().Pipeline);
        Thread.Sleep(Timeout.Infinite);
    }

    /// <summary>Serves with a thread that blocks.</summary>
    /// <param name="port">The port on the loopback interface.</param>
    public static void RunBlocking(int port)
    {
        ListenerCore core = new(CreateServices(new MetricRegistry()), NullLogger.Instance);
        QueryPool<NativeUdpQuery> pool = new(pool => new NativeUdpQuery(core, pool));
        IQueryPipeline pipeline = new BenchmarkServer().Pipeline;
        NativeUdpSocket socket = NativeUdpSocket.OpenAlone(new IPEndPoint(IPAddress.Loopback, port));
        NativeUdpQuery[] queries = [.. Enumerable.Range(0, BatchSize).Select(_ => pool.Rent())];
        BatchedMessage* messages = (BatchedMessage*)NativeMemory.AllocZeroed(BatchSize, (nuint)sizeof(BatchedMessage));
        BatchedMessage* answers = (BatchedMessage*)NativeMemory.AllocZeroed(BatchSize, (nuint)sizeof(BatchedMessage));
        IoVector* vectors = (IoVector*)NativeMemory.AllocZeroed(2 * BatchSize, (nuint)sizeof(IoVector));
        for (int i = 0; i < BatchSize; i++)
        {
            queries[i].PrepareReceive(&messages[i].Header, &vectors[i]);
        }

        while (true)
        {
            int received = SocketCalls.ReceiveBatch(socket.Handle.Descriptor, messages, BatchSize, WaitForOne, null);
            int ready = 0;
            for (int i = 0; i < received; i++)
            {
                queries[i].ReadAddresses(&messages[i].Header, socket, out NetworkEndpoint local, out NetworkEndpoint remote);
                if (queries[i].Serve(pipeline, (int)messages[i].Length, TransportProtocol.Udp, in local, in remote) == QueryProgress.Answered)
                {
                    queries[i].PrepareSend(&answers[ready].Header, &vectors[BatchSize + ready]);
                    ready++;
                }
            }

            for (int sent = 0; sent < ready;)
            {
                int count = SocketCalls.SendBatch(
                    socket.Handle.Descriptor, answers + sent, (uint)(ready - sent), SocketCalls.FlagNoSignal);
                sent += Math.Max(1, count);
            }

            for (int i = 0; i < received; i++)
            {
                queries[i].Reset();
                queries[i].PrepareReceive(&messages[i].Header, &vectors[i]);
            }
        }
    }

    private static ListenerServices CreateServices(MetricRegistry metrics)
        => new(new WaitBound(WaitBound.DefaultLimit, metrics), metrics, NullLoggerFactory.Instance, TimeProvider.System);
}
