using ClusterDns.Core.Upstreams;
using ClusterDns.Core.Wire;

namespace ClusterDns.Core.Tests.Upstreams;

public sealed class UdpFirstChannelTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    private readonly ManualTime _time = new();
    private readonly ScriptedChannel _datagrams;
    private readonly ScriptedChannel _stream;

    public UdpFirstChannelTests()
    {
        _datagrams = new ScriptedChannel(UpstreamProtocol.Udp, _time) { MaxQueryLength = 1024 };
        _stream = new ScriptedChannel(UpstreamProtocol.Tcp, _time);
    }

    [Fact]
    public async Task Reply_over_datagrams_is_the_outcome()
    {
        UpstreamOutcome outcome = await AskAsync(retriesTruncated: true);

        Assert.Equal((UpstreamStatus.Answered, UpstreamProtocol.Udp, false), (outcome.Status, outcome.Protocol, outcome.Fallback.Happened));
        Assert.Empty(_stream.Timeouts);
    }

    [Fact]
    public async Task Long_query_goes_over_the_stream_at_once()
    {
        UpstreamOutcome outcome = await AskAsync(retriesTruncated: false, length: 1025);

        Assert.Equal((UpstreamProtocol.Tcp, false), (outcome.Protocol, outcome.Fallback.Happened));
        Assert.Empty(_datagrams.Timeouts);
    }

    [Theory]
    [InlineData(true, UpstreamProtocol.Tcp, 1)]
    [InlineData(false, UpstreamProtocol.Udp, 0)]
    public async Task Truncated_reply_is_asked_for_again_only_if_so_configured(bool retriesTruncated, UpstreamProtocol expected, int released)
    {
        _datagrams.Reply = new ScriptedReply(HeaderFlags.Response | HeaderFlags.Truncated, ResponseCode.NXDomain);
        _datagrams.Takes = TimeSpan.FromMilliseconds(30);

        UpstreamOutcome outcome = await AskAsync(retriesTruncated);

        Assert.Equal((UpstreamStatus.Answered, expected), (outcome.Status, outcome.Protocol));
        Assert.Equal(released, _datagrams.Reply.Released);
        Assert.Equal(
            retriesTruncated ? new UpstreamFallback(true, ResponseCode.NXDomain, TimeSpan.FromMilliseconds(30)) : default, outcome.Fallback);
    }

    [Fact]
    public async Task Suspicious_datagrams_lead_to_the_stream()
    {
        _datagrams.Status = UpstreamStatus.Suspicious;

        UpstreamOutcome outcome = await AskAsync(retriesTruncated: false);

        Assert.Equal((UpstreamStatus.Answered, UpstreamProtocol.Tcp), (outcome.Status, outcome.Protocol));
        Assert.Equal(new UpstreamFallback(true, null, TimeSpan.Zero), outcome.Fallback);
    }

    [Theory]
    [InlineData(UpstreamStatus.TimedOut)]
    [InlineData(UpstreamStatus.Failed)]
    public async Task Failure_over_datagrams_is_the_outcome(UpstreamStatus status)
    {
        _datagrams.Status = status;

        Assert.Equal(status, (await AskAsync(retriesTruncated: true)).Status);
        Assert.Empty(_stream.Timeouts);
    }

    [Fact]
    public async Task Stream_gets_the_time_that_is_left_and_no_more_than_one_exchange()
    {
        _datagrams.Status = UpstreamStatus.Suspicious;
        _datagrams.Takes = TimeSpan.FromSeconds(1);

        await AskAsync(retriesTruncated: false, total: TimeSpan.FromSeconds(1.5));
        await AskAsync(retriesTruncated: false, total: TimeSpan.FromSeconds(5));

        Assert.Equal([TimeSpan.FromSeconds(0.5), Timeout], _stream.Timeouts);
    }

    [Fact]
    public async Task Without_time_left_the_first_outcome_counts()
    {
        _datagrams.Reply = new ScriptedReply(HeaderFlags.Response | HeaderFlags.Truncated, ResponseCode.NoError);
        _datagrams.Takes = TimeSpan.FromSeconds(1);

        UpstreamOutcome outcome = await AskAsync(retriesTruncated: true, total: TimeSpan.FromSeconds(1));

        Assert.Same(_datagrams.Reply, outcome.Reply);
        Assert.Equal(0, _datagrams.Reply.Released);
        Assert.Empty(_stream.Timeouts);
    }

    private ValueTask<UpstreamOutcome> AskAsync(bool retriesTruncated, int length = 30, TimeSpan? total = null)
        => new UdpFirstChannel(_datagrams, _stream, retriesTruncated, _time).AskAsync(
            new UpstreamQuery(new byte[length], Timeout) { TotalTimeout = total ?? TimeSpan.FromSeconds(5) });

    private sealed class ManualTime : TimeProvider
    {
        public TimeSpan Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }

    private sealed class ScriptedChannel(UpstreamProtocol protocol, ManualTime time) : IUpstreamChannel
    {
        public int MaxQueryLength { get; init; } = ushort.MaxValue;

        public UpstreamStatus Status { get; set; }

        public ScriptedReply Reply { get; set; } = new(HeaderFlags.Response, ResponseCode.NoError);

        public TimeSpan Takes { get; set; }

        public List<TimeSpan> Timeouts { get; } = [];

        public ValueTask<UpstreamOutcome> AskAsync(UpstreamQuery query)
        {
            Timeouts.Add(query.Timeout);
            time.Now += Takes;
            return new ValueTask<UpstreamOutcome>(
                new UpstreamOutcome(Status, Status == UpstreamStatus.Answered ? Reply : null) { Protocol = protocol });
        }
    }

    private sealed class ScriptedReply : UpstreamReply
    {
        public ScriptedReply(HeaderFlags flags, ResponseCode code)
            => new DnsHeader { Flags = flags, ResponseCode = code }.Write(Message);

        public override byte[] Message { get; } = new byte[DnsHeader.Length];

        public override int Length => DnsHeader.Length;

        public int Released { get; private set; }

        public override void Release() => Released++;
    }
}
