using System.Globalization;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Records;
using ClusterDns.Core.Upstreams;
using ClusterDns.Core.Wire;
using ClusterDns.Server.Serving;
using ClusterDns.Server.Upstreams;

namespace ClusterDns.Fuzz.Targets;

/// <summary>
/// What an upstream sends, through a whole server with a cache. The reply's ID and question are the query's, since the sockets let nothing else
/// through. What the client gets must be readable to its last byte.
/// </summary>
internal sealed class ReplyTarget : FuzzTarget
{
    private const string AskedName = "www.fuzz.test.";

    private readonly FuzzUpstreams _upstreams = new();
    private readonly InMemoryTransport _transport;
    private int _number;

    /// <summary>A server.</summary>
    public ReplyTarget()
    {
        DiagnosticBag diagnostics = new();
        ServerModel model = InMemoryServer.TryBuild(
            ". {\n cache 30 {\n  success 1024\n  denial 1024\n }\n loadbalance\n minimal\n dns64\n forward . 192.0.2.53\n}\n", NoLog.Instance, new MetricRegistry(), TimeProvider.System, diagnostics, _upstreams)
            ?? throw new InvalidOperationException(string.Join('\n', diagnostics.Errors));
        _transport = new InMemoryTransport(model.Listeners[0].Pipeline);
    }

    /// <summary>Right replies of every type that has a text form here.</summary>
    public static IReadOnlyList<byte[]> Replies { get; } =
    [
        Reply("A", "192.0.2.1"), Reply("AAAA", "2001:db8::1"), Reply("CNAME", "a.fuzz.test."), Reply("MX", "10 mail.fuzz.test."), Reply("NS", "ns.fuzz.test."),
        Reply("PTR", "host.fuzz.test."), Reply("SOA", "ns.fuzz.test. admin.fuzz.test. 1 2 3 4 5"), Reply("SRV", "1 2 80 host.fuzz.test."), Reply("TXT", "\"a\" \"b c\" \"\\255\""),
        Reply((RecordType)257, [0, 5, .. "issueca.test"u8]), Reply((RecordType)43, [0, 1, 8, 2, .. new byte[32]]), Reply((RecordType)35, [0, 1, 0, 2, 1, (byte)'u', 1, (byte)'x', 5, .. "!a!b!"u8, 0]),
    ];

    /// <inheritdoc/>
    public override string Name => "replies";

    /// <inheritdoc/>
    public override IReadOnlyList<byte[]> Corpus => Replies;

    /// <inheritdoc/>
    public override string? Run(byte[] input)
    {
        _upstreams.Input = input;
        string name = string.Create(CultureInfo.InvariantCulture, $"n{_number++ % 5000}.fuzz.test.");
        RecordType type = (RecordType)(input.Length > 14 ? input[^1] : 1);
        Span<byte> query = stackalloc byte[512];
        WireWriter writer = new(query);
        writer.TryWriteHeader(new DnsHeader { Id = (ushort)_number, Flags = HeaderFlags.RecursionDesired, QuestionCount = 1 });
        writer.TryWriteQuestion(DomainName.Parse(name), type == default ? RecordType.A : type, RecordClass.IN);
        string? problem = _transport.Serve(writer.Written, _number % 3 == 0 ? TransportProtocol.Tcp : TransportProtocol.Udp);
        Accepted = _transport.Answers[0];
        return problem ?? (_transport.Lent > 0 ? "a context did not come back" : null);
    }

    private static byte[] Reply(string type, string text)
    {
        byte[] rdata = new byte[512];
        if (!RecordTypes.TryParse(type, out RecordType known) || !RdataText.TryParse(known, text, DomainName.Root, rdata, out int length, out _))
        {
            throw new InvalidOperationException($"{type} {text}");
        }

        return Reply(known, rdata[..length]);
    }

    private static byte[] Reply(RecordType type, byte[] rdata)
    {
        byte[] message = new byte[1024];
        WireWriter writer = new(message);
        writer.TryWriteHeader(new DnsHeader { Flags = HeaderFlags.Response, QuestionCount = 1, AnswerCount = 2, AuthorityCount = 1 });
        writer.TryWriteQuestion(DomainName.Parse(AskedName), type, RecordClass.IN);
        for (int i = 0; i < 3; i++)
        {
            writer.TryWriteRecord(DomainName.Parse(AskedName), type, RecordClass.IN, 60, rdata);
        }

        return message[..writer.Length];
    }

    /// <summary>Upstreams that answer every query with the input behind the query's question.</summary>
    private sealed class FuzzUpstreams : IUpstreamFactory
    {
        public byte[] Input { get; set; } = [];

        public IUpstream Open(NetworkEndpoint endpoint, TimeSpan expire, TimeSpan maxAge) => new FuzzUpstream(this);
    }

    private sealed class FuzzUpstream(FuzzUpstreams owner) : IUpstream, IUpstreamChannel
    {
        private static readonly int BodyStart = DnsHeader.Length + DomainName.Parse(AskedName).Length + 4;

        public NetworkEndpoint Endpoint { get; } = NetworkEndpoint.From(new System.Net.IPEndPoint(0x350200C0, 53));

        public IUpstreamChannel Udp => this;

        public IUpstreamChannel UdpThenStream => this;

        public IUpstreamChannel Stream => this;

        public int MaxQueryLength => ushort.MaxValue;

        public ValueTask<UpstreamOutcome> AskAsync(UpstreamQuery query)
        {
            byte[] asked = new byte[query.Length];
            query.CopyTo(asked);
            byte[] input = owner.Input;
            byte[] reply = [];
            if (input.Length > BodyStart)
            {
                WireReader reader = new(asked);
                byte[] name = new byte[DomainName.MaxWireLength];
                reader.TryReadHeader(out _);
                reader.TryReadQuestion(name, out _, out _, out _);
                reply = [.. asked[..2], (byte)(input[2] | 0x80), input[3], 0, 1, .. input[6..12], .. asked[DnsHeader.Length..reader.Position], .. input[BodyStart..]];
            }

            return new ValueTask<UpstreamOutcome>(ReplyCheck.IsReply(asked, reply)
                ? new UpstreamOutcome(UpstreamStatus.Answered, new FuzzReply(reply))
                : new UpstreamOutcome(UpstreamStatus.TimedOut, null));
        }

        public void Dispose()
        {
        }
    }

    private sealed class FuzzReply(byte[] message) : UpstreamReply
    {
        public override byte[] Message => message;

        public override int Length => message.Length;

        public override void Release()
        {
        }
    }
}
