using System.Net;
using ClusterDns.Core.Upstreams;

namespace ClusterDns.Tests.Upstreams;

/// <summary>A query that gets no reply is sent again from another port, with another ID.</summary>
public sealed class RetransmissionTests
{
    [EngineFact]
    public void Retransmission_leaves_by_another_port_with_another_ID()
    {
        using EngineRig rig = new();
        int sameIds = 0;
        for (int i = 0; i < 20; i++)
        {
            PendingQuery query = rig.Ask();
            Datagram first = rig.TakeOne();
            rig.Advance(1000);
            Datagram second = rig.TakeOne();

            Assert.NotEqual(first.Port, second.Port);
            Assert.Equal(first.Message[2..], second.Message[2..]);
            sameIds += first.Id == second.Id ? 1 : 0;
            rig.Reply(second);
            Assert.Equal(UpstreamStatus.Answered, query.Status);
        }

        // IDs are drawn: one in 65536 is that of the datagram before.
        Assert.InRange(sameIds, 0, 1);
        Assert.Equal(20, rig.Count("retransmits"));
    }

    [EngineFact]
    public void Reply_to_the_first_datagram_is_accepted_after_a_retransmission()
    {
        using EngineRig rig = new();
        PendingQuery query = rig.Ask();
        Datagram first = rig.TakeOne();
        rig.Advance(1000);
        Datagram second = rig.TakeOne();

        rig.Reply(first);

        Assert.Equal(UpstreamStatus.Answered, query.Status);
        rig.Reply(second);
        Assert.Equal(1, rig.Count("late_replies"));
        Assert.Equal(0, rig.Count("mismatched_replies"));
    }

    [EngineFact]
    public void Third_datagram_closes_the_first_pair_and_keeps_the_second()
    {
        using EngineRig rig = new();
        PendingQuery query = rig.Ask();
        Datagram first = rig.TakeOne();
        rig.Advance(1000);
        Datagram second = rig.TakeOne();
        rig.Advance(2000);
        Datagram third = rig.TakeOne();

        Assert.Equal(3, new[] { first.Port, second.Port, third.Port }.Distinct().Count());
        rig.Reply(first);
        Assert.True(query.IsWaiting);
        Assert.Equal(1, rig.Count("late_replies"));
        rig.Reply(second);
        Assert.Equal(UpstreamStatus.Answered, query.Status);
        Assert.Equal(0, rig.Count("mismatched_replies"));
    }

    [EngineFact]
    public void Query_that_is_sent_often_has_two_pairs_open()
    {
        using EngineRig rig = new();
        PendingQuery query = rig.Ask(seconds: 60);
        List<Datagram> sent = [rig.TakeOne()];
        for (int i = 0; i < 4; i++)
        {
            rig.Advance(500 << (i + 1));
            sent.Add(rig.TakeOne());
        }

        foreach (Datagram datagram in sent[..^2])
        {
            rig.Reply(datagram);
        }

        Assert.True(query.IsWaiting);
        rig.Reply(sent[^2]);
        Assert.Equal(UpstreamStatus.Answered, query.Status);
    }

    [EngineFact]
    public void Round_trip_is_measured_of_the_datagram_that_was_answered()
    {
        using EngineRig rig = new();

        // An upstream that takes 450 ms is sent everything twice at first, since a new one is expected to answer within 400 ms.
        for (int i = 0; i < 50; i++)
        {
            PendingQuery query = rig.Ask();
            Datagram first = rig.TakeOne();
            rig.Advance(450);
            Assert.InRange(rig.Take().Count, 0, i == 0 ? 1 : 0);
            rig.Reply(first);
            Assert.Equal(UpstreamStatus.Answered, query.Status);
        }

        Assert.Equal(1, rig.Count("retransmits"));
        PendingQuery last = rig.Ask();
        rig.TakeOne();
        rig.Advance(980);
        Assert.Empty(rig.Take());
        rig.Advance(40);
        rig.Reply(rig.TakeOne());
        Assert.Equal(UpstreamStatus.Answered, last.Status);
    }

    [EngineFact]
    public void Silent_upstream_is_asked_again_after_twice_the_time_each_time()
    {
        const int Step = 20;
        using EngineRig rig = new();
        PendingQuery query = rig.Ask(seconds: 5);
        List<int> sentAt = [.. rig.Take().Select(static _ => 0)];
        for (int time = Step; query.IsWaiting; time += Step)
        {
            rig.Advance(Step);
            sentAt.AddRange(rig.Take().Select(_ => time));
        }

        Assert.Equal(UpstreamStatus.TimedOut, query.Status);
        Assert.Equal([0, 400, 1200, 2800], sentAt.Select(static time => time / 100 * 100));
    }

    [EngineFact]
    public void Refused_query_is_asked_again_from_another_port_at_once()
    {
        using EngineRig rig = new();
        PendingQuery before = rig.Ask("before.example.");
        Datagram unaffected = rig.TakeOne();
        IPEndPoint endpoint = rig.ClosePeer();
        PendingQuery refused = rig.Ask();
        rig.ReopenPeer(endpoint);

        rig.Pump();

        Assert.True(refused.IsWaiting);
        IReadOnlyList<Datagram> again = rig.Take();
        Assert.Single(again, static datagram => datagram.Message.AsSpan().IndexOf("www"u8) > 0);

        // By chance both were sent from one port: then both are asked again.
        foreach (Datagram datagram in again)
        {
            rig.Reply(datagram);
        }

        rig.Reply(unaffected);
        Assert.Equal(UpstreamStatus.Answered, refused.Status);
        Assert.Equal(UpstreamStatus.Answered, before.Status);
        Assert.Equal(1, rig.Count("unreachable"));
    }

    [EngineFact]
    public void Query_that_is_refused_twice_fails_at_once()
    {
        using EngineRig rig = new();
        rig.ClosePeer();

        PendingQuery query = rig.Ask();
        rig.Pump();
        rig.Pump();

        Assert.Equal(UpstreamStatus.Failed, query.Status);
    }

    [EngineFact]
    public void Query_of_a_removed_upstream_is_still_sent_again_from_another_port()
    {
        using EngineRig rig = new();
        PendingQuery query = rig.Ask();
        Datagram first = rig.TakeOne();
        rig.Upstream.Dispose();
        rig.Pump();
        rig.Advance(1000);

        Datagram second = rig.TakeOne();
        Assert.NotEqual(first.Port, second.Port);
        rig.Reply(second);
        Assert.Equal(UpstreamStatus.Answered, query.Status);
        Assert.Equal(0, rig.Factory.Sockets.Count);
    }
}
