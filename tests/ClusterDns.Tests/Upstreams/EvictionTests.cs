using System.Net;
using ClusterDns.Core.Wire;
using ClusterDns.Tests.Listeners;

namespace ClusterDns.Tests.Upstreams;

/// <summary>What becomes of queries to a silent upstream when other clients need their places: real sockets, and a clock of the test's.</summary>
public sealed class EvictionTests
{
    private const int Places = 8;

    private const string Rejected = "clusterdns_waiting_rejected_total";

    [LinuxFact]
    public async Task A_client_is_answered_while_another_fills_all_places_with_silent_names()
    {
        await using ForwardRig rig = new(waitLimit: Places);
        rig.Server.OnDatagram = static (query, _) => query[13] == (byte)'s' ? [] : [ScriptedUpstream.Answer(query)];
        using UdpTestClient flooder = rig.CreateClient("127.0.0.2");
        using UdpTestClient honest = rig.CreateClient("127.0.0.3");
        for (int i = 0; i < Places; i++)
        {
            flooder.Send(ForwardRig.Query($"s{i}.example."));
        }

        await TestListener.UntilAsync(() => rig.WaitBound.Count == Places && rig.Server.Queries >= Places);
        honest.Send(ForwardRig.Query());
        Assert.Equal(ResponseCode.ServFail, ForwardRig.CodeOf(await honest.ReceiveAsync()));
        Assert.Equal(1, rig.Count(Rejected, "limit"));

        rig.Time.Advance(TimeSpan.FromMilliseconds(200));
        honest.Send(ForwardRig.Query());
        Assert.Equal(ResponseCode.NoError, ForwardRig.CodeOf(await honest.ReceiveAsync()));
        Assert.Equal(1, rig.Count(Rejected, "evicted"));

        // The evicted query gives its memory back at the next look, and its client gets nothing.
        rig.Time.Advance(TimeSpan.FromMilliseconds(40));
        await TestListener.UntilAsync(() => rig.WaitBound.Evicted == 0 && rig.WaitBound.Count == Places - 1);
        Assert.False(flooder.HasAnswer);
        Assert.Equal(0, rig.Count("coredns_forward_healthcheck_failures_total"));
    }

    [LinuxFact]
    public async Task A_client_is_answered_while_queries_that_keep_their_places_follow_all_others()
    {
        List<(byte[] Query, IPEndPoint Sender)> first = [];
        await using ForwardRig rig = new(waitLimit: Places);
        rig.Server.OnDatagram = (query, _) =>
        {
            if (query[13] == (byte)'f')
            {
                first.Add((query, rig.Server.LastSender!));
            }

            return query[13] is (byte)'s' or (byte)'f' ? [] : [ScriptedUpstream.Answer(query)];
        };
        using UdpTestClient flooder = rig.CreateClient("127.0.0.2");
        using UdpTestClient honest = rig.CreateClient("127.0.0.3");

        // The first half of the places is kept until they are answered. When they are, queries that follow those of the other half get them.
        await SendAsync(rig, flooder, "f", Places / 2);
        await SendAsync(rig, flooder, "s", Places);
        await TestListener.UntilAsync(() => rig.Server.Queries == Places);
        first.ForEach(asked => rig.Server.Send(ScriptedUpstream.Answer(asked.Query), asked.Sender));
        await TestListener.UntilAsync(() => rig.WaitBound.Count == Places / 2);
        await SendAsync(rig, flooder, "s", Places);
        Assert.Equal(Places / 2, rig.Count("clusterdns_forward_coalesced_total"));

        rig.Time.Advance(TimeSpan.FromMilliseconds(200));
        honest.Send(ForwardRig.Query());
        Assert.Equal(ResponseCode.NoError, ForwardRig.CodeOf(await honest.ReceiveAsync()));
        Assert.Equal(1, rig.Count(Rejected, "evicted"));
        Assert.Equal(0, rig.Count(Rejected, "limit"));

        // The evicted query ends, and the one that followed it asks for itself.
        rig.Time.Advance(TimeSpan.FromMilliseconds(40));
        await TestListener.UntilAsync(() => rig.WaitBound.Evicted == 0 && rig.WaitBound.Count == Places - 1);
    }

    private static async Task SendAsync(ForwardRig rig, UdpTestClient client, string prefix, int waiting)
    {
        for (int i = 0; i < Places / 2; i++)
        {
            client.Send(ForwardRig.Query($"{prefix}{i}.example."));
        }

        await TestListener.UntilAsync(() => rig.WaitBound.Count == waiting);
    }
}
