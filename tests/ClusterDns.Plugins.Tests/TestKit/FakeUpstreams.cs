using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Upstreams;
using ClusterDns.Core.Wire;

namespace ClusterDns.Plugins.Tests.TestKit;

/// <summary>Upstreams that answer as a test says, and keep what they were asked.</summary>
internal sealed class FakeUpstreams : IUpstreamFactory
{
    private readonly Dictionary<string, Func<UpstreamProtocol, ValueTask<UpstreamOutcome>>> _scripts = new(StringComparer.Ordinal);

    /// <summary>What was asked: <c>address protocol</c>, and <c>check</c> for a health check.</summary>
    public List<string> Asked { get; } = [];

    /// <summary>The last query that was asked, health checks aside.</summary>
    public byte[] LastQuery { get; private set; } = [];

    /// <summary>For which query the last one was asked, health checks aside.</summary>
    public IUpstreamAsker? LastAsker { get; private set; }

    /// <summary>How long the last query was allowed to take.</summary>
    public TimeSpan LastTimeout { get; private set; }

    /// <summary>The clock of the block that forwards.</summary>
    public TimeProvider Time { get; set; } = TimeProvider.System;

    /// <summary>How many replies were not let go of.</summary>
    public int Held { get; private set; }

    /// <summary>How long connections may rest, and how long they may live, of the upstream that was opened last.</summary>
    public (TimeSpan Expire, TimeSpan MaxAge) LastLimits { get; private set; }

    public IUpstream Open(NetworkEndpoint endpoint, TimeSpan expire, TimeSpan maxAge)
    {
        LastLimits = (expire, maxAge);
        return new FakeUpstream(this, endpoint);
    }

    /// <summary>Scripts an upstream.</summary>
    public void On(string address, Func<UpstreamProtocol, ValueTask<UpstreamOutcome>> script) => _scripts[address] = script;

    /// <summary>Scripts an upstream that gives a code, and one A record with NOERROR.</summary>
    public void Answers(string address, ResponseCode code = ResponseCode.NoError, bool truncatedOverUdp = false, bool empty = false)
        => On(address, protocol => new ValueTask<UpstreamOutcome>(
            Reply(code, truncatedOverUdp && protocol == UpstreamProtocol.Udp, empty || code != ResponseCode.NoError)));

    /// <summary>Scripts an upstream that does not answer.</summary>
    public void Fails(string address, UpstreamStatus status = UpstreamStatus.TimedOut)
        => On(address, _ => new ValueTask<UpstreamOutcome>(new UpstreamOutcome(status, null)));

    /// <summary>Scripts an upstream that gives a whole message.</summary>
    public void RepliesWith(string address, byte[] message) => On(address, _ =>
    {
        Held++;
        return new ValueTask<UpstreamOutcome>(new UpstreamOutcome(UpstreamStatus.Answered, new FakeReply(this, message, message.Length)));
    });

    /// <summary>An answer to the last query.</summary>
    public UpstreamOutcome Reply(ResponseCode code = ResponseCode.NoError, bool truncated = false, bool empty = false)
    {
        byte[] message = new byte[512];
        WireWriter writer = new(message);
        DnsHeader header = new()
        {
            Flags = HeaderFlags.Response | HeaderFlags.RecursionAvailable | (truncated ? HeaderFlags.Truncated : HeaderFlags.None),
            ResponseCode = code,
            QuestionCount = 1,
            AnswerCount = empty ? (ushort)0 : (ushort)1,
        };
        writer.TryWriteHeader(in header);
        writer.TryWriteQuestion(DomainName.Parse("www.example."), RecordType.A, RecordClass.IN);
        if (!empty)
        {
            writer.TryWriteRecordWithOwnerAt(DnsHeader.Length, RecordType.A, RecordClass.IN, 300, [192, 0, 2, 1]);
        }

        Held++;
        return new UpstreamOutcome(UpstreamStatus.Answered, new FakeReply(this, message, writer.Length));
    }

    private sealed class FakeUpstream : IUpstream
    {
        public FakeUpstream(FakeUpstreams owner, NetworkEndpoint endpoint)
        {
            Endpoint = endpoint;
            FakeChannel datagrams = new(owner, endpoint.ToString(), UpstreamProtocol.Udp);
            Stream = new FakeChannel(owner, endpoint.ToString(), UpstreamProtocol.Tcp);
            Udp = new UdpFirstChannel(datagrams, Stream, retriesTruncated: false, owner.Time);
            UdpThenStream = new UdpFirstChannel(datagrams, Stream, retriesTruncated: true, owner.Time);
        }

        public NetworkEndpoint Endpoint { get; }

        public IUpstreamChannel Udp { get; }

        public IUpstreamChannel UdpThenStream { get; }

        public IUpstreamChannel Stream { get; }

        public void Dispose()
        {
        }
    }

    private sealed class FakeChannel(FakeUpstreams owner, string address, UpstreamProtocol protocol) : IUpstreamChannel
    {
        public int MaxQueryLength => ushort.MaxValue;

        public async ValueTask<UpstreamOutcome> AskAsync(UpstreamQuery query)
        {
            byte[] message = new byte[query.Length];
            query.CopyTo(message);
            lock (owner.Asked)
            {
                owner.Asked.Add(query.IsProbe ? $"{address} check" : $"{address} {protocol}");
                if (!query.IsProbe)
                {
                    owner.LastQuery = message;
                    owner.LastAsker = query.Asker;
                    owner.LastTimeout = query.Timeout;
                }
            }

            UpstreamOutcome outcome = owner._scripts.TryGetValue(address, out Func<UpstreamProtocol, ValueTask<UpstreamOutcome>>? script)
                ? await script(protocol)
                : new UpstreamOutcome(UpstreamStatus.Failed, null);
            return outcome with { Protocol = protocol };
        }
    }

    private sealed class FakeReply(FakeUpstreams owner, byte[] message, int length) : UpstreamReply
    {
        public override byte[] Message => message;

        public override int Length => length;

        public override void Release() => owner.Held--;
    }
}
