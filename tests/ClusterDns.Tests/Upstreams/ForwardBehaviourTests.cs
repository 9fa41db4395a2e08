using System.Net;
using System.Net.Sockets;
using ClusterDns.Core.Wire;
using ClusterDns.Server.Upstreams;
using ClusterDns.Tests.Listeners;

namespace ClusterDns.Tests.Upstreams;

/// <summary>What a client gets, and what is counted, when an upstream misbehaves.</summary>
public sealed class ForwardBehaviourTests
{
    private const string Requests = "coredns_forward_requests_total";
    private const string Responses = "coredns_forward_responses_total";
    private const string Misses = "coredns_proxy_conn_cache_misses_total";
    private const string FailedChecks = "coredns_proxy_healthcheck_failures_total";
    private const string Retransmits = "clusterdns_upstream_retransmits_total";
    private const string Mismatches = "clusterdns_upstream_mismatched_replies_total";
    private const string Suspicious = "clusterdns_upstream_suspicious_sockets_total";

    [Fact]
    public async Task A_slow_upstream_is_waited_for_and_asked_again_meanwhile()
    {
        await using ForwardRig rig = new();
        byte[]? asked = null;
        rig.Server.OnDatagram = (query, _) =>
        {
            asked = query;
            return [];
        };

        rig.Send();
        await rig.AdvanceAsync(queries: 1, TimeSpan.FromSeconds(1));
        await rig.AdvanceAsync(queries: 2, TimeSpan.FromSeconds(0.5));
        rig.Server.Send(ScriptedUpstream.Answer(asked!), rig.Server.LastSender!);

        Assert.Equal(1, ForwardRig.LastByte(await rig.ReceiveAsync()));
        Assert.Equal(1.5, rig.SecondsTaken("NOERROR"), 3);
        Assert.Equal(1, rig.Count(Requests, rig.To));
        Assert.Equal(1, rig.Count(Responses, rig.To, "NOERROR"));
        Assert.Equal(1, rig.Count(Retransmits));
        Assert.Equal(0, rig.Count(FailedChecks));
    }

    [Fact]
    public async Task A_datagram_that_is_lost_costs_a_retransmission_and_no_failure()
    {
        await using ForwardRig rig = new();
        rig.Server.OnDatagram = static (query, index) => index < 2 ? [] : [ScriptedUpstream.Answer(query)];

        rig.Send();
        await rig.AdvanceAsync(queries: 1, TimeSpan.FromSeconds(0.5));
        await rig.AdvanceAsync(queries: 2, TimeSpan.FromSeconds(1));

        Assert.Equal(1, ForwardRig.LastByte(await rig.ReceiveAsync()));
        Assert.Equal(2, rig.Count(Retransmits));
        Assert.Equal(1, rig.Count(Requests, rig.To));
        Assert.Equal(1, rig.Count(Misses, rig.To, "udp"));
        Assert.Equal(0, rig.Count(FailedChecks));
    }

    [Fact]
    public async Task A_port_where_nobody_listens_is_SERVFAIL_at_once_and_checked()
    {
        await using ForwardRig rig = new();
        rig.Server.Dispose();

        Assert.Equal(ResponseCode.ServFail, ForwardRig.CodeOf(await rig.AskAsync()));

        Assert.Equal(2, rig.Count(Requests, rig.To));
        Assert.Equal(0, rig.Count(Responses));
        await TestListener.UntilAsync(() => rig.Count(FailedChecks, rig.To) == 1);
    }

    [Fact]
    public async Task An_upstream_that_says_nothing_is_SERVFAIL_when_the_time_is_over_and_checked()
    {
        await using ForwardRig rig = new("health_check 1h");
        int queries = 0;
        int checks = 0;
        rig.Server.OnDatagram = (query, _) =>
        {
            Interlocked.Increment(ref query[^3] == (byte)RecordType.NS ? ref checks : ref queries);
            return [];
        };

        rig.Send();
        await TestListener.UntilAsync(() => queries == 1);
        rig.Time.Advance(TimeSpan.FromSeconds(2));
        await TestListener.UntilAsync(() => queries == 2 && checks == 1);
        rig.Time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(ResponseCode.ServFail, ForwardRig.CodeOf(await rig.ReceiveAsync()));
        Assert.Equal(2, rig.Count(Requests, rig.To));
        Assert.Equal(0, rig.Count(Responses));
        await TestListener.UntilAsync(() => rig.Count(FailedChecks, rig.To) == 1);
    }

    [Fact]
    public async Task Replies_with_another_ID_or_question_are_passed_over_and_counted()
    {
        await using ForwardRig rig = new();
        rig.Server.OnDatagram = static (query, index) =>
        {
            if (index > 0)
            {
                return [ScriptedUpstream.Answer(query)];
            }

            byte[] forged = Forged(query);
            byte[] otherName = [.. forged];
            otherName[13] ^= 1;
            byte[] otherType = [.. forged];
            otherType[query.Length - 3] = (byte)RecordType.AAAA;
            byte[] otherClass = [.. forged];
            otherClass[query.Length - 1] = (byte)RecordClass.CH;
            byte[] query2 = [.. forged];
            query2[2] &= 0x7F;
            return
            [
                ScriptedUpstream.WithId(forged, ScriptedUpstream.IdOf(query) ^ 1), otherName, otherType, otherClass, query2, forged[..11],
                ScriptedUpstream.Answer(query),
            ];
        };

        Assert.Equal(1, ForwardRig.LastByte(await rig.AskAsync()));
        Assert.Equal(6, rig.Count(Mismatches));
        Assert.Equal(1, rig.Count(Responses, rig.To, "NOERROR"));
        Assert.Equal(0, rig.Count(Suspicious));
    }

    [Fact]
    public async Task Replies_from_another_address_or_port_never_arrive()
    {
        using Socket otherPort = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        otherPort.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using Socket otherAddress = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        await using ForwardRig rig = new();
        otherAddress.Bind(new IPEndPoint(IPAddress.Parse("127.0.0.2"), rig.Server.Endpoint.Port));
        rig.Server.OnDatagram = (query, _) =>
        {
            otherPort.SendTo(Forged(query), rig.Server.LastSender!);
            otherAddress.SendTo(Forged(query), rig.Server.LastSender!);
            return [ScriptedUpstream.Answer(query)];
        };

        Assert.Equal(1, ForwardRig.LastByte(await rig.AskAsync()));
        Assert.Equal(0, rig.Count(Mismatches));
    }

    [Fact]
    public async Task After_too_many_wrong_replies_the_query_is_asked_over_TCP()
    {
        await using ForwardRig rig = new();
        rig.Server.OnDatagram = static (query, _) =>
        [
            .. Enumerable.Range(1, UpstreamSocket.MaxGuesses).Select(i => ScriptedUpstream.WithId(Forged(query), ScriptedUpstream.IdOf(query) ^ i)),
            Forged(query),
        ];

        Assert.Equal(1, ForwardRig.LastByte(await rig.AskAsync()));
        Assert.Equal(1, rig.Count(Suspicious));
        Assert.Equal(1, rig.Count(Misses, rig.To, "tcp"));
        Assert.Equal(1, rig.Count(Responses, rig.To, "NOERROR"));
        Assert.Equal(0, rig.Count(FailedChecks));
    }

    [Fact]
    public async Task A_truncated_reply_is_the_clients_to_ask_again()
    {
        await using ForwardRig rig = new();
        rig.Server.OnDatagram = static (query, _) => [ScriptedUpstream.Truncated(ScriptedUpstream.Answer(query))];

        Assert.Equal(2, (await rig.AskAsync())[2] & 2);
        Assert.Equal(0, rig.Server.Connections);
        Assert.Equal(1, rig.Count(Responses, rig.To, "NOERROR"));
    }

    [Fact]
    public async Task A_reply_longer_than_a_buffer_is_the_clients_to_ask_again()
    {
        await using ForwardRig rig = new();
        rig.Server.OnDatagram = static (query, _) =>
        {
            byte[] answer = [.. ScriptedUpstream.Answer(query), 0xC0, 12, 0, 16, 0, 1, 0, 0, 0, 60, 0x20, 0, .. new byte[8192]];
            answer[7] = 2;
            return [answer];
        };

        byte[] answer = await rig.AskAsync();

        Assert.Equal((2, 0), (answer[2] & 2, answer[7]));
        Assert.Equal(ResponseCode.NoError, ForwardRig.CodeOf(answer));
        Assert.Equal(1, rig.Count(Requests, rig.To));
    }

    [Fact]
    public async Task With_prefer_udp_a_truncated_reply_is_asked_again_over_TCP()
    {
        await using ForwardRig rig = new("prefer_udp");
        rig.Server.OnDatagram = static (query, _) => [ScriptedUpstream.Truncated(Forged(query))];

        byte[] answer = await rig.AskAsync();

        Assert.Equal((0, 1), (answer[2] & 2, ForwardRig.LastByte(answer)));
        Assert.Equal(2, rig.Count(Requests, rig.To));
        Assert.Equal(2, rig.Count(Responses, rig.To, "NOERROR"));
        Assert.Equal(1, rig.Count(Misses, rig.To, "udp"));
        Assert.Equal(1, rig.Count(Misses, rig.To, "tcp"));
    }

    [Fact]
    public async Task A_connection_that_is_reset_within_an_answer_is_replaced_and_the_query_asked_again()
    {
        await using ForwardRig rig = new("force_tcp");
        rig.Server.TearAfter = 20;

        Assert.Equal(1, ForwardRig.LastByte(await rig.AskAsync()));
        Assert.Equal(2, rig.Server.Connections);
        Assert.Equal(1, rig.Count(Requests, rig.To));
        Assert.Equal(1, rig.Count(Misses, rig.To, "tcp"));
        Assert.Equal(1, rig.Count(Responses, rig.To, "NOERROR"));
        Assert.Equal(1, rig.Count("clusterdns_upstream_tcp_asked_again_total", "connection_closed"));
        Assert.Equal(0, rig.Server.Queries);
    }

    [Fact]
    public async Task A_connection_that_was_closed_at_rest_is_no_failure()
    {
        await using ForwardRig rig = new("force_tcp");

        for (int i = 1; i <= 3; i++)
        {
            Assert.Equal(1, ForwardRig.LastByte(await rig.AskAsync()));
            Assert.Equal(i, rig.Server.Connections);
            rig.Server.CloseConnections();
        }

        Assert.Equal(3, rig.Count(Requests, rig.To));
        Assert.Equal(3, rig.Count(Misses, rig.To, "tcp"));
        Assert.Equal(0, rig.Count(FailedChecks));
    }

    private static byte[] Forged(byte[] query)
    {
        byte[] forged = ScriptedUpstream.Answer(query);
        forged[^1] = 66;
        return forged;
    }
}
