using ClusterDns.Core.Upstreams;
using ClusterDns.Core.Wire;
using ClusterDns.Server.Interop;
using ClusterDns.Server.Upstreams;
using ClusterDns.Tests.TestKit;

namespace ClusterDns.Tests.Upstreams;

/// <summary>Datagrams that fit no query: somebody may be guessing, or the upstream is only slow.</summary>
public sealed class GuessTests
{
    private const byte ForgedByte = 66;

    [EngineFact]
    public void Reply_behind_a_guess_is_not_believed_and_the_query_is_asked_again_from_another_port()
    {
        using EngineRig rig = new();
        PendingQuery query = rig.Ask();
        Datagram first = rig.TakeOne();
        rig.Reply(first, Forge(first, first.Id ^ 1));
        rig.Reply(first, Forge(first, first.Id));

        Assert.True(query.IsWaiting);
        Datagram second = rig.TakeOne();
        Assert.NotEqual(first.Port, second.Port);
        rig.Reply(second);
        Assert.Equal(UpstreamStatus.Answered, query.Status);
        Assert.NotEqual(ForgedByte, query.LastByte);
        Assert.Equal(1, rig.Count("doubted_replies"));
    }

    [EngineFact]
    public void Query_whose_replies_are_doubtful_twice_goes_another_way()
    {
        using EngineRig rig = new();
        PendingQuery query = rig.Ask();
        for (int i = 0; i < 2; i++)
        {
            Datagram datagram = rig.TakeOne();
            rig.Reply(datagram, Forge(datagram, datagram.Id ^ 1));
            rig.Reply(datagram, Forge(datagram, datagram.Id));
        }

        Assert.Equal(UpstreamStatus.Suspicious, query.Status);
        Assert.Empty(rig.Take());
    }

    [EngineFact]
    public void Query_that_is_sent_after_a_guess_is_believed()
    {
        using EngineRig rig = new(maxSockets: 1);
        rig.Ask();
        Datagram first = rig.TakeOne();
        rig.Reply(first, Forge(first, first.Id ^ 1));
        PendingQuery query = rig.Ask("other.example.");

        rig.Reply(rig.TakeOne());

        Assert.Equal(UpstreamStatus.Answered, query.Status);
    }

    [EngineFact]
    public void Guesses_at_one_port_leave_queries_of_other_ports_alone()
    {
        using EngineRig rig = new();
        PendingQuery attacked = rig.Ask();
        Datagram target = rig.TakeOne();
        List<(PendingQuery Query, Datagram Datagram)> others = [];
        for (int i = 0; i < 20; i++)
        {
            others.Add((rig.Ask(), rig.TakeOne()));
        }

        for (int i = 1; i <= UpstreamSocket.MaxGuesses; i++)
        {
            rig.Reply(target, Forge(target, target.Id ^ i));
        }

        Assert.Equal(UpstreamStatus.Suspicious, attacked.Status);
        Assert.Equal(1, rig.Count("suspicious_sockets"));
        foreach ((PendingQuery query, Datagram datagram) in others.Where(other => other.Datagram.Port != target.Port))
        {
            Assert.True(query.IsWaiting);
            rig.Reply(datagram);
            Assert.Equal(UpstreamStatus.Answered, query.Status);
        }
    }

    [EngineFact]
    public void Query_that_waits_at_another_port_too_survives_guesses_at_one()
    {
        using EngineRig rig = new();
        PendingQuery query = rig.Ask();
        Datagram first = rig.TakeOne();
        rig.Advance(1000);
        Datagram second = rig.TakeOne();
        for (int i = 1; i <= UpstreamSocket.MaxGuesses; i++)
        {
            rig.Reply(second, Forge(second, second.Id ^ i));
        }

        Assert.True(query.IsWaiting);
        rig.Reply(first);
        Assert.Equal(UpstreamStatus.Answered, query.Status);
        Assert.NotEqual(ForgedByte, query.LastByte);
    }

    [EngineFact]
    public void Queries_go_another_way_when_guesses_use_up_every_port_that_may_be_opened()
    {
        using EngineRig rig = new();
        List<UpstreamStatus?> statuses = [];
        for (int i = 0; i <= UpstreamPorts.MaxPerSecond; i++)
        {
            PendingQuery query = rig.Ask();
            foreach (Datagram datagram in rig.Take())
            {
                for (int guess = 1; guess <= UpstreamSocket.MaxGuesses; guess++)
                {
                    rig.Reply(datagram, Forge(datagram, datagram.Id ^ guess));
                }
            }

            statuses.Add(query.Status);
        }

        Assert.All(statuses, static status => Assert.Equal(UpstreamStatus.Suspicious, status));
        Assert.Equal(UpstreamPorts.MaxPerSecond, rig.Count("ports_opened"));

        // Not for ever.
        rig.Advance(1001);
        PendingQuery later = rig.Ask();
        rig.Reply(rig.TakeOne());
        Assert.Equal(UpstreamStatus.Answered, later.Status);
    }

    [EngineFact]
    public void Late_replies_of_a_slow_upstream_are_not_guesses()
    {
        using EngineRig rig = new(maxSockets: 1);
        List<Datagram> unanswered = [];
        for (int i = 0; i < 400; i++)
        {
            rig.Ask(seconds: 0.1);
            unanswered.AddRange(rig.Take());
        }

        rig.Advance(150);
        PendingQuery query = rig.Ask();
        Datagram last = rig.TakeOne();
        unanswered.ForEach(datagram => rig.Reply(datagram));
        rig.Reply(last);

        Assert.Equal(UpstreamStatus.Answered, query.Status);
        Assert.Equal(400, rig.Count("late_replies"));
        Assert.Equal(0, rig.Count("mismatched_replies"));
    }

    [Theory]
    [InlineData("another opcode", false)]
    [InlineData("a query", false)]
    [InlineData("two questions", false)]
    [InlineData("a question that is a pointer", false)]
    [InlineData("a pointer into the header as question", false)]
    [InlineData("cut off in the question", false)]
    [InlineData("another class", false)]
    [InlineData("no question and no error", false)]
    [InlineData("no question and NXDOMAIN", false)]
    [InlineData("no question and records", false)]
    [InlineData("no question and FORMERR", true)]
    [InlineData("no question and REFUSED", true)]
    [InlineData("the question in upper case", true)]
    [InlineData("truncated", true)]
    public void Reply_is_that_of_the_query_or_not(string what, bool isReply)
    {
        byte[] buffer = new byte[512];
        byte[] query = buffer[..ServerKit.WriteQuery(buffer, "www.example.", RecordType.A)];
        byte[] reply = ScriptedUpstream.Answer(query);
        byte[] header = [.. reply.AsSpan(0, 4), 0, 0, 0, 0, 0, 0, 0, 0];
        switch (what)
        {
            case "another opcode":
                reply[2] |= 0x20;
                break;
            case "a query":
                reply[2] &= 0x7F;
                break;
            case "two questions":
                reply[5] = 2;
                break;
            case "a question that is a pointer":
                reply = [.. header.AsSpan(0, 5), 1, .. header.AsSpan(6), 0xC0, 18, .. query.AsSpan(12)];
                break;
            case "a pointer into the header as question":
                reply = [.. header.AsSpan(0, 5), 1, .. header.AsSpan(6), 0xC0, 4, 0, 1, 0, 1];
                break;
            case "cut off in the question":
                reply = reply[..(query.Length - 1)];
                break;
            case "another class":
                reply[query.Length - 1] = (byte)RecordClass.CH;
                break;
            case "no question and no error":
                reply = header;
                break;
            case "no question and NXDOMAIN":
                header[3] = (byte)ResponseCode.NXDomain;
                reply = header;
                break;
            case "no question and records":
                header[3] = (byte)ResponseCode.Refused;
                header[9] = 1;
                reply = header;
                break;
            case "no question and FORMERR":
                header[3] = (byte)ResponseCode.FormErr;
                reply = header;
                break;
            case "no question and REFUSED":
                header[3] = (byte)ResponseCode.Refused;
                reply = header;
                break;
            case "the question in upper case":
                reply[13] = (byte)'W';
                break;
            default:
                reply = ScriptedUpstream.Truncated(reply);
                break;
        }

        Assert.Equal(isReply, ReplyCheck.IsReply(query, reply));
    }

    private static byte[] Forge(Datagram datagram, int id)
    {
        byte[] forged = ScriptedUpstream.WithId(ScriptedUpstream.Answer(datagram.Message), id);
        forged[^1] = ForgedByte;
        return forged;
    }
}
