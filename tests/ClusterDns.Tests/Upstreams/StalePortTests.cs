using ClusterDns.Core.Upstreams;
using ClusterDns.Core.Wire;
using ClusterDns.Server.Upstreams;

namespace ClusterDns.Tests.Upstreams;

/// <summary>
/// Ports whose packets vanish (a connection-tracking entry of a Pod that is gone, a NAT that has forgotten) are replaced, and an upstream that
/// says nothing at all does not cost the node an entry for each attempt.
/// </summary>
public sealed class StalePortTests
{
    private const int StepMilliseconds = 10;

    /// <summary>Every port that there is goes stale at once; a query may be late only while it is the one that finds its port stale.</summary>
    [EngineTheory]
    [InlineData(8)]
    [InlineData(100)]
    public void No_query_fails_or_takes_over_a_second_when_all_ports_go_stale(int queriesPerSecond)
    {
        using EngineRig rig = new(expire: TimeSpan.FromSeconds(60));
        HashSet<int> heard = WarmUp(rig);
        List<PendingQuery> asked = [];
        TimeSpan longest = TimeSpan.Zero;
        int late = 0;
        for (int ms = 0; ms < 30_000; ms += StepMilliseconds)
        {
            if (ms % (1000 / queriesPerSecond) < StepMilliseconds)
            {
                asked.Add(rig.Ask(seconds: 2));
            }

            Serve(rig, heard);
            rig.Advance(StepMilliseconds);
            foreach (PendingQuery query in asked.Where(static query => !query.IsWaiting))
            {
                TimeSpan taken = rig.Time.GetUtcNow() - query.AskedAt;
                Assert.Equal(UpstreamStatus.Answered, query.Status);
                longest = taken > longest ? taken : longest;
                late += taken > TimeSpan.FromMilliseconds(2 * StepMilliseconds) ? 1 : 0;
            }

            asked.RemoveAll(static query => !query.IsWaiting);
        }

        Assert.InRange(longest.TotalMilliseconds, 0, 1000);
        // Before the first of a port is overdue, a few more may have taken it.
        Assert.InRange(late, 1, queriesPerSecond == 8 ? 2 * heard.Count : 4 * heard.Count);
        Assert.InRange(rig.Count("ports_retired", "stale"), heard.Count / 2, 2 * heard.Count);
    }

    [EngineFact]
    public void Port_that_timed_out_while_others_were_answered_sends_no_more()
    {
        using EngineRig rig = new(expire: TimeSpan.FromSeconds(60));
        WarmUp(rig);
        rig.Ask("lost.example.");
        int stale = rig.TakeOne().Port;
        rig.Advance(100);
        for (int i = 0; i < 10; i++)
        {
            rig.Ask();
            Serve(rig, [stale]);
        }

        rig.Advance(1000);
        rig.Take();
        HashSet<int> used = [];
        for (int i = 0; i < 600; i++)
        {
            rig.Ask();
            Datagram datagram = rig.TakeOne();
            used.Add(datagram.Port);
            rig.Reply(datagram);
        }

        Assert.DoesNotContain(stale, used);
        Assert.Equal(1, rig.Count("ports_retired", "stale"));
    }

    [EngineFact]
    public void Port_where_many_queries_get_nothing_is_retired_before_they_count_as_lost()
    {
        using EngineRig rig = new(expire: TimeSpan.FromSeconds(60));
        WarmUp(rig);
        for (int i = 0; i < 16; i++)
        {
            // Without a flush in between all are of one batch, and of one port.
            rig.AskWithoutSending();
        }

        rig.Engine.Flush();
        int stale = Assert.Single(rig.Take().Select(static datagram => datagram.Port).Distinct());
        rig.Advance(20);
        for (int i = 0; i < 50; i++)
        {
            rig.Ask();
            Serve(rig, [stale]);
        }

        rig.Advance(160);
        Assert.Equal(0, rig.Count("retransmits"));
        for (int i = 0; i < 600; i++)
        {
            rig.Ask();
            Datagram datagram = rig.TakeOne();
            Assert.NotEqual(stale, datagram.Port);
            rig.Reply(datagram);
        }
    }

    [EngineFact]
    public void Retransmissions_of_names_without_an_answer_open_no_ports_while_others_are_answered()
    {
        using EngineRig rig = new(expire: TimeSpan.FromSeconds(60));
        WarmUp(rig);
        long before = rig.Count("ports_opened");
        for (int i = 0; i < 500; i++)
        {
            rig.Ask("silent.example.", seconds: 2);
            rig.Ask();
            foreach (Datagram datagram in rig.Take())
            {
                if (datagram.Message.AsSpan().IndexOf("www"u8) > 0)
                {
                    rig.Reply(datagram);
                }
            }

            rig.Advance(StepMilliseconds);
        }

        Assert.True(rig.Count("retransmits") > 500);
        Assert.InRange(rig.Count("ports_opened") - before, 0, 5 * UpstreamPorts.MaxPerSecond);
    }

    [EngineTheory]
    [InlineData(true)]
    [InlineData(false)]
    public void Upstream_that_is_silent_as_a_whole_gets_no_more_ports_but_a_rare_probe(bool wasUpBefore)
    {
        using EngineRig rig = new();
        HashSet<int> before = wasUpBefore ? WarmUp(rig) : [];
        HashSet<int> opened = [];
        List<int> openedBySecond = [];
        for (int second = 0; second < 30; second++)
        {
            for (int i = 0; i < 100; i++)
            {
                rig.Ask(seconds: 2);
                opened.UnionWith(rig.Take().Select(static datagram => datagram.Port));
                rig.Advance(10);
            }

            opened.ExceptWith(before);
            openedBySecond.Add(opened.Count);
        }

        Assert.InRange(openedBySecond[0], 1, UpstreamPorts.MaxUnproven + 1);
        Assert.InRange(openedBySecond[9] - openedBySecond[0], 0, 4);
        Assert.InRange(openedBySecond[29] - openedBySecond[9], 0, 4);
        Assert.True(rig.Count("ports_refused", "silent") > 0);

        // All the same it is found again, though only new ports lead to it.
        before.UnionWith(opened);
        PendingQuery last = rig.Ask(seconds: 12);
        for (int i = 0; i < 1200 && last.IsWaiting; i++)
        {
            rig.Ask(seconds: 2);
            Serve(rig, before);
            rig.Advance(10);
        }

        Assert.Equal(UpstreamStatus.Answered, last.Status);
    }

    private static HashSet<int> WarmUp(EngineRig rig)
    {
        HashSet<int> ports = [];
        for (int i = 0; i < 1200; i++)
        {
            PendingQuery query = rig.Ask();
            Datagram datagram = rig.TakeOne();
            ports.Add(datagram.Port);
            rig.Reply(datagram);
            Assert.Equal(UpstreamStatus.Answered, query.Status);
            rig.Advance(2);
        }

        Assert.True(ports.Count >= UpstreamPorts.MaxKeptPerThread - 1, $"{ports.Count} ports");
        return ports;
    }

    /// <summary>Answers what has arrived but for what came from some ports.</summary>
    private static void Serve(EngineRig rig, HashSet<int> stale)
    {
        foreach (Datagram datagram in rig.Take())
        {
            if (!stale.Contains(datagram.Port))
            {
                rig.Reply(datagram);
            }
        }
    }
}
