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
}
