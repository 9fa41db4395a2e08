using ClusterDns.Core.Upstreams;
using ClusterDns.Core.Wire;
using Microsoft.Extensions.Time.Testing;

namespace ClusterDns.Core.Tests.Upstreams;

public sealed class UdpFirstChannelTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    private readonly FakeTimeProvider _time = new();
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

    [Theory]
    [InlineData(UpstreamStatus.Failed)]
    [InlineData(UpstreamStatus.TimedOut)]
    public async Task Doubt_without_a_stream_asks_by_datagrams_again(UpstreamStatus status)
    {
        _datagrams.Next.Enqueue(UpstreamStatus.Suspicious);
        _datagrams.Next.Enqueue(UpstreamStatus.Suspicious);
        _stream.Status = status;

        UpstreamOutcome outcome = await PassAsync(() => AskAsync(retriesTruncated: false));

        Assert.Equal((UpstreamStatus.Answered, UpstreamProtocol.Udp, false), (outcome.Status, outcome.Protocol, outcome.Fallback.Happened));
        Assert.Equal(3, _datagrams.Timeouts.Count);
        Assert.Single(_stream.Timeouts);
    }

    [Fact]
    public async Task Doubt_that_does_not_end_fails_after_a_bounded_number_of_datagrams()
    {
        _datagrams.Status = UpstreamStatus.Suspicious;
        _stream.Status = UpstreamStatus.Failed;

        UpstreamOutcome outcome = await PassAsync(() => AskAsync(retriesTruncated: false));

        Assert.Equal((UpstreamStatus.Suspicious, null), (outcome.Status, outcome.Reply));
        Assert.Equal(1 + UdpFirstChannel.MaxRepeats, _datagrams.Timeouts.Count);
    }

    [Fact]
    public async Task Doubt_does_not_outlast_the_time_of_the_query()
    {
        _datagrams.Status = UpstreamStatus.Suspicious;
        _datagrams.Takes = TimeSpan.FromSeconds(0.4);
        _stream.Status = UpstreamStatus.TimedOut;
        _stream.Takes = TimeSpan.FromSeconds(0.5);

        UpstreamOutcome outcome = await PassAsync(() => AskAsync(retriesTruncated: false, total: TimeSpan.FromSeconds(1), timeout: TimeSpan.FromSeconds(1)));

        Assert.Equal(UpstreamStatus.Suspicious, outcome.Status);
        Assert.Equal([TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(0.1) - UdpFirstChannel.FirstPause], _datagrams.Timeouts);
    }

    [Fact]
    public async Task Stream_that_is_not_answered_is_tried_again_once_in_a_period_until_it_is()
    {
        UdpFirstChannel channel = Create(retriesTruncated: false);
        _stream.Status = UpstreamStatus.TimedOut;
        await AskDoubtedAsync(1);
        await AskDoubtedAsync(1);

        _time.Advance(StreamAvailability.RetryPeriod);
        await AskDoubtedAsync(2);
        await AskDoubtedAsync(2);

        _stream.Status = UpstreamStatus.Answered;
        _time.Advance(StreamAvailability.RetryPeriod);
        await AskDoubtedAsync(3);
        await AskDoubtedAsync(4);

        async Task AskDoubtedAsync(int streams)
        {
            _datagrams.Next.Enqueue(UpstreamStatus.Suspicious);
            Assert.Equal(UpstreamStatus.Answered, (await PassAsync(() => channel.AskAsync(Query()))).Status);
            Assert.Equal(streams, _stream.Timeouts.Count);
        }
    }

    [Theory]
    [InlineData(UpstreamFailure.Overloaded)]
    [InlineData(UpstreamFailure.NoSocket)]
    public async Task Stream_that_this_server_has_no_room_for_is_tried_again_at_once(UpstreamFailure failure)
    {
        _datagrams.Status = UpstreamStatus.Suspicious;
        _stream.Next.Enqueue(UpstreamStatus.Failed);
        _stream.Failure = failure;

        UpstreamOutcome outcome = await PassAsync(() => AskAsync(retriesTruncated: false));

        Assert.Equal((UpstreamStatus.Answered, UpstreamProtocol.Tcp), (outcome.Status, outcome.Protocol));
        Assert.Equal(2, _stream.Timeouts.Count);
    }

    [Fact]
    public async Task Nobody_asks_again_for_a_client_that_has_gone()
    {
        _datagrams.Status = UpstreamStatus.Suspicious;
        _stream.Status = UpstreamStatus.Failed;

        UpstreamOutcome outcome = await Create(retriesTruncated: false).AskAsync(Query() with { Asker = new GoneAsker() });

        Assert.Null(outcome.Reply);
        Assert.Single(_datagrams.Timeouts);
    }

    [Fact]
    public async Task Truncated_reply_after_doubt_is_asked_for_again_if_so_configured()
    {
        _datagrams.Next.Enqueue(UpstreamStatus.Suspicious);
        _datagrams.Reply = new ScriptedReply(HeaderFlags.Response | HeaderFlags.Truncated, ResponseCode.NoError);
        _stream.Next.Enqueue(UpstreamStatus.Failed);

        UpstreamOutcome outcome = await PassAsync(() => AskAsync(retriesTruncated: true));

        Assert.Equal((UpstreamStatus.Answered, UpstreamProtocol.Tcp), (outcome.Status, outcome.Protocol));
        Assert.Equal(1, _datagrams.Reply.Released);
    }

    private ValueTask<UpstreamOutcome> AskAsync(bool retriesTruncated, int length = 30, TimeSpan? total = null, TimeSpan? timeout = null)
        => Create(retriesTruncated).AskAsync(Query(length, total, timeout));

    private UdpFirstChannel Create(bool retriesTruncated) => new(_datagrams, _stream, retriesTruncated, _time);

    private static UpstreamQuery Query(int length = 30, TimeSpan? total = null, TimeSpan? timeout = null)
        => new(new byte[length], timeout ?? Timeout) { TotalTimeout = total ?? TimeSpan.FromSeconds(5) };

    /// <summary>Asks, and lets the pauses between datagrams pass. Without xUnit's context the channel continues within each advance.</summary>
    private async Task<UpstreamOutcome> PassAsync(Func<ValueTask<UpstreamOutcome>> ask)
    {
        SynchronizationContext? context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        Task<UpstreamOutcome> outcome;
        try
        {
            outcome = ask().AsTask();
            for (int i = 0; i < UdpFirstChannel.MaxRepeats && !outcome.IsCompleted; i++)
            {
                _time.Advance(UdpFirstChannel.FirstPause * (1 << i));
            }
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }

        Assert.True(outcome.IsCompleted);
        return await outcome;
    }

    private sealed class GoneAsker : IUpstreamAsker
    {
        public bool IsAbandoned => true;
    }

    private sealed class ScriptedChannel(UpstreamProtocol protocol, FakeTimeProvider time) : IUpstreamChannel
    {
        public int MaxQueryLength { get; init; } = ushort.MaxValue;

        public UpstreamStatus Status { get; set; }

        /// <summary>The outcomes of the next queries; after them <see cref="Status"/> counts.</summary>
        public Queue<UpstreamStatus> Next { get; } = [];

        public ScriptedReply Reply { get; set; } = new(HeaderFlags.Response, ResponseCode.NoError);

        public UpstreamFailure Failure { get; set; }

        public TimeSpan Takes { get; set; }

        public List<TimeSpan> Timeouts { get; } = [];

        public ValueTask<UpstreamOutcome> AskAsync(UpstreamQuery query)
        {
            Timeouts.Add(query.Timeout);
            time.Advance(Takes);
            UpstreamStatus status = Next.TryDequeue(out UpstreamStatus next) ? next : Status;
            return new ValueTask<UpstreamOutcome>(
                new UpstreamOutcome(status, status == UpstreamStatus.Answered ? Reply : null) { Protocol = protocol, Failure = Failure });
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
