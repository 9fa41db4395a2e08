using ClusterDns.Core.Upstreams;
using ClusterDns.Server.Interop;
using ClusterDns.Server.Upstreams;

namespace ClusterDns.Tests.Upstreams;

/// <summary>Source ports: drawn from the whole range, for a bounded time, and never too many.</summary>
public sealed class PortChoiceTests
{
    private const int Buckets = 32;

    [EngineFact]
    public void Ports_are_spread_evenly_over_the_whole_range_and_follow_no_pattern()
    {
        using EngineRig rig = new();
        List<int> ports = CollectNewPorts(rig, 1500);
        EphemeralPorts range = EphemeralPorts.System;
        int size = range.Last - range.First + 1;

        Assert.All(ports, port => Assert.InRange(port, range.First, range.Last));
        int[] buckets = new int[Buckets];
        ports.ForEach(port => buckets[(port - range.First) * (long)Buckets / size]++);
        Assert.InRange(ChiSquare(buckets, ports.Count), 0, 80);

        // The distance to the next port is as random as the port itself, so that a port says nothing about the next.
        int[] distances = new int[Buckets];
        for (int i = 1; i < ports.Count; i++)
        {
            distances[((ports[i] - ports[i - 1] + size) % size) * (long)Buckets / size]++;
        }

        Assert.InRange(ChiSquare(distances, ports.Count - 1), 0, 80);
        Assert.InRange(ports.Distinct().Count(), (int)(0.9 * ports.Count), ports.Count);
    }

    [EngineFact]
    public void No_port_serves_longer_than_expire_under_load()
    {
        using EngineRig rig = new(expire: TimeSpan.FromSeconds(4));
        Dictionary<int, DateTimeOffset> firstUses = [];
        TimeSpan longest = TimeSpan.Zero;
        long opened = 0;
        for (int i = 0; i < 6000; i++)
        {
            PendingQuery query = rig.Ask();
            Datagram datagram = rig.TakeOne();
            DateTimeOffset now = rig.Time.GetUtcNow();
            if (rig.Count("ports_opened") > opened)
            {
                opened = rig.Count("ports_opened");
                firstUses[datagram.Port] = now;
            }

            TimeSpan age = now - firstUses[datagram.Port];
            longest = age > longest ? age : longest;
            rig.Reply(datagram);
            Assert.Equal(UpstreamStatus.Answered, query.Status);
            rig.Advance(5);
        }

        Assert.InRange(longest, rig.Expire / 2, rig.Expire);
    }

    [EngineFact]
    public void At_most_50_ports_are_opened_in_any_second_and_64_are_kept()
    {
        using EngineRig rig = new();
        List<(DateTimeOffset At, int Port)> opened = [];
        HashSet<int> known = [];

        // Each port is answered once, so that each is stale from then on: the worst that can happen to ports.
        for (int i = 0; i < 3000; i++)
        {
            rig.Ask(seconds: 1);
            foreach (Datagram datagram in rig.Take())
            {
                if (known.Add(datagram.Port))
                {
                    opened.Add((rig.Time.GetUtcNow(), datagram.Port));
                    rig.Reply(datagram);
                }
            }

            rig.Advance(5);
            Assert.InRange(rig.Factory.Sockets.Count, 1, UpstreamPorts.MaxKeptPerThread + (3 * UpstreamPorts.MaxPerSecond));
        }

        for (int i = UpstreamPorts.MaxPerSecond; i < opened.Count; i++)
        {
            Assert.True(opened[i].At - opened[i - UpstreamPorts.MaxPerSecond].At >= TimeSpan.FromSeconds(1), $"more than 50 before {opened[i].At}");
        }

        Assert.True(opened.Count > 300, $"{opened.Count} ports in 15 s");
        Assert.True(rig.Count("ports_refused", "rate") > 0);
        Assert.True(rig.Count("ports_retired", "stale") > 0);
    }

    [EngineFact]
    public void Where_no_more_sockets_may_be_open_existing_ones_are_used()
    {
        using EngineRig rig = new(maxSockets: 3);
        HashSet<int> ports = [];
        for (int i = 0; i < 200; i++)
        {
            PendingQuery query = rig.Ask();
            Datagram datagram = rig.TakeOne();
            ports.Add(datagram.Port);
            rig.Reply(datagram);
            Assert.Equal(UpstreamStatus.Answered, query.Status);
            Assert.InRange(rig.Factory.Sockets.Count, 1, 3);
        }

        Assert.Equal(3, ports.Count);
        Assert.True(rig.Count("ports_refused", "limit") > 0);
    }

    [EngineFact]
    public void Upstream_without_a_socket_gets_that_of_another_at_rest_when_none_may_be_opened()
    {
        using EngineRig rig = new(maxSockets: 2);
        for (int i = 0; i < 100; i++)
        {
            rig.Ask();
            rig.Reply(rig.TakeOne());
        }

        Assert.Equal(2, rig.Factory.Sockets.Count);
        using System.Net.Sockets.Socket peer = EngineRig.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        PendingQuery query = rig.Ask(upstream: rig.Open(peer));
        rig.Reply(Assert.Single(rig.Take(peer)), peer: peer);

        Assert.Equal(UpstreamStatus.Answered, query.Status);
        Assert.Equal(1, rig.Count("ports_retired", "made_room"));
        Assert.Equal(2, rig.Factory.Sockets.Count);
    }

    [EngineFact]
    public void Query_fails_when_every_socket_that_may_be_open_waits_for_replies()
    {
        using EngineRig rig = new(maxSockets: 1);
        rig.Ask();
        using System.Net.Sockets.Socket peer = EngineRig.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));

        Assert.Equal(UpstreamStatus.Failed, rig.Ask(upstream: rig.Open(peer)).Status);
    }

    [EngineFact]
    public void Ports_at_rest_are_closed_when_their_time_is_over_and_the_thread_sleeps_again()
    {
        using EngineRig rig = new();
        for (int i = 0; i < 50; i++)
        {
            rig.Ask();
            rig.Reply(rig.TakeOne());
        }

        Assert.True(rig.Factory.Sockets.Count > 10);
        Assert.True(rig.Engine.WaitMilliseconds > 0);
        rig.Advance(rig.Expire.TotalMilliseconds);

        Assert.Equal(0, rig.Factory.Sockets.Count);
        Assert.Equal(-1, rig.Engine.WaitMilliseconds);
    }

    [EngineFact]
    public unsafe void Receive_buffer_is_what_the_bound_of_kernel_memory_says()
    {
        using EngineRig rig = new();
        rig.Ask();
        using UpstreamSocket socket = OpenSocket(rig);
        uint size = 0;
        uint length = sizeof(uint);

        Assert.Equal(0, SocketCalls.GetOption(socket.Handle, SocketCalls.LevelSocket, SocketCalls.ReceiveBuffer, &size, &length));
        Assert.Equal((uint)UpstreamSocket.MaxKernelBytes, size);
    }

    [EngineFact]
    public void Port_is_left_to_the_kernel_where_the_range_is_taken()
    {
        using EngineRig rig = new();
        using System.Net.Sockets.Socket taken = EngineRig.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Any, 0));
        int port = ((System.Net.IPEndPoint)taken.LocalEndPoint!).Port;
        using UpstreamSocket socket = OpenSocket(rig, new EphemeralPorts($"{port} {port}", ""));

        Assert.NotEqual(port, socket.Handle.GetLocalEndpoint().Port);
        Assert.NotEqual(0, socket.Handle.GetLocalEndpoint().Port);
    }

    private static UpstreamSocket OpenSocket(EngineRig rig, EphemeralPorts? ports = null)
    {
        using EventPoll poll = new();
        QueryIds ids = new();
        UpstreamSocketTable table = new(poll, ids, EphemeralPorts.System, rig.Factory.Metrics);
        UpstreamSocketPool pool = new((Upstream)rig.Upstream, table, ids, rig.Factory.Metrics, rig.Time);
        return UpstreamSocket.TryOpen(pool, 0, ports ?? EphemeralPorts.System, ids, long.MaxValue)!;
    }

    private static List<int> CollectNewPorts(EngineRig rig, int count)
    {
        List<int> ports = [];
        long opened = 0;
        while (ports.Count < count)
        {
            rig.Ask();
            Datagram datagram = rig.TakeOne();
            rig.Reply(datagram);
            if (rig.Count("ports_opened") > opened)
            {
                opened = rig.Count("ports_opened");
                ports.Add(datagram.Port);
            }

            rig.Advance(25);
        }

        return ports;
    }

    private static double ChiSquare(int[] buckets, int total)
    {
        double expected = (double)total / buckets.Length;
        return buckets.Sum(count => (count - expected) * (count - expected) / expected);
    }
}
