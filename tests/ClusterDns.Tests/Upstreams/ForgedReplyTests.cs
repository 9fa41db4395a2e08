using ClusterDns.Server.Upstreams;

namespace ClusterDns.Tests.Upstreams;

/// <summary>An attacker who knows the question, the upstream's address and the worker's port, and has the ID to guess.</summary>
public sealed class ForgedReplyTests
{
    private const int Forged = 1_000_000;
    private const int ForgedPerQuery = 32;
    private const int InFlight = 8;
    private const byte ForgedByte = 66;

    /// <summary>
    /// Only the first datagram at a port is believed, and only one of eight queries has its port to itself at that time: of these queries
    /// chance lets one be fooled every second run, and 7 about never. The others move to TCP.
    /// </summary>
    [Fact]
    public async Task A_million_forged_replies_are_lucky_no_oftener_than_chance_allows()
    {
        const int queries = Forged / ForgedPerQuery;
        await using ForwardRig rig = new();
        Random attacker = new(4711);
        int sent = 0;
        int overTcp = 0;
        rig.Server.OnDatagram = (query, _) =>
        {
            byte[][] replies = new byte[ForgedPerQuery][];
            for (int i = 0; i < replies.Length; i++)
            {
                replies[i] = ScriptedUpstream.WithId(ScriptedUpstream.Answer(query), attacker.Next(65536));
                replies[i][^1] = ForgedByte;
            }

            sent += replies.Length;
            return replies;
        };
        rig.Server.OnStream = query =>
        {
            Interlocked.Increment(ref overTcp);
            return [ScriptedUpstream.Answer(query)];
        };

        int fooled = 0;
        for (int asked = 0; asked < queries; asked += InFlight)
        {
            int count = Math.Min(InFlight, queries - asked);
            for (int i = 0; i < count; i++)
            {
                rig.Send($"n{i}.example.");
            }

            for (int i = 0; i < count; i++)
            {
                fooled += ForwardRig.LastByte(await rig.ReceiveAsync()) == ForgedByte ? 1 : 0;
            }

            // Long enough for other ports to be opened, one for each query.
            rig.Time.Advance(TimeSpan.FromMilliseconds(200));
        }

        Assert.True(sent >= Forged - ForgedPerQuery, $"{sent} forged replies");
        Assert.InRange(fooled, 0, 7);
        Assert.Equal(queries - fooled, overTcp);
        Assert.InRange(rig.Count("clusterdns_upstream_suspicious_sockets_total"), (queries / InFlight) - fooled, queries);
        Assert.True(
            rig.Count("clusterdns_upstream_mismatched_replies_total") >=
            UpstreamSocket.MaxGuesses * rig.Count("clusterdns_upstream_suspicious_sockets_total"));
    }
}
