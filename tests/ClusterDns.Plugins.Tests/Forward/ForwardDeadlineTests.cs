using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Upstreams;
using ClusterDns.Plugins.Forward;
using ClusterDns.Plugins.Tests.TestKit;

namespace ClusterDns.Plugins.Tests.Forward;

/// <summary>A query's deadline bounds how long upstreams are asked.</summary>
public class ForwardDeadlineTests
{
    private const string First = "192.0.2.1:53";

    private readonly FakeUpstreams _upstreams = new();
    private readonly List<TimeSpan> _timeouts = [];

    [Fact]
    public void AfterTheDeadlineNothingIsAskedAndNothingAnswered()
    {
        _upstreams.Answers(First);
        PluginKit kit = Create("");

        Query query = Serve(kit, TimeSpan.FromTicks(-1));

        Assert.Empty(_upstreams.Asked);
        Assert.Equal(ResponseStatus.Dropped, query.Response.Status);
        Assert.Equal("forward", query.Response.Plugin);
    }

    [Fact]
    public void AnAnswerBeforeTheDeadlineIsOne()
    {
        _upstreams.Answers(First);

        Query query = Serve(Create(""), TimeSpan.FromMilliseconds(300));

        Assert.Equal(ResponseStatus.Answered, query.Response.Status);
        Assert.Equal(TimeSpan.FromMilliseconds(300), _upstreams.LastTimeout);
    }

    [Fact]
    public void AFailureBeforeTheDeadlineIsTold()
    {
        _upstreams.Fails(First);

        Query query = Serve(Create(""), TimeSpan.FromSeconds(3));

        Assert.Equal(ResponseStatus.Failed, query.Response.Status);
        Assert.Equal("read udp 192.0.2.1:53: no reply within 2s: i/o timeout", query.Response.Failure);
    }

    [Fact]
    public void ADeadlineBeyondFiveSecondsLengthensNothing()
    {
        PluginKit kit = Create("max_connect_attempts 0");
        Script(kit, UpstreamStatus.TimedOut, wait: null);

        Query query = Serve(kit, TimeSpan.FromSeconds(60));

        Assert.Equal([TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1)], _timeouts);
        Assert.Equal(ResponseStatus.Failed, query.Response.Status);
    }

    [Theory]
    [InlineData(1500, 2)]
    [InlineData(1000, 1)]
    public void WhatIsAskedAgainOverTcpHasWhatTimeIsLeft(int milliseconds, int asked)
    {
        PluginKit kit = Create("max_connect_attempts 1");
        Script(kit, UpstreamStatus.Suspicious, TimeSpan.FromSeconds(1));

        Query query = Serve(kit, TimeSpan.FromMilliseconds(milliseconds));

        TimeSpan[] expected = [TimeSpan.FromMilliseconds(milliseconds), TimeSpan.FromMilliseconds(milliseconds - 1000)];
        Assert.Equal(expected[..asked], _timeouts);
        Assert.Equal(ResponseStatus.Dropped, query.Response.Status);
    }

    private static Query Serve(PluginKit kit, TimeSpan untilDeadline)
    {
        Query query = kit.CreateContext("www.example.");
        query.Deadline = kit.Time.GetTimestamp() + (untilDeadline.Ticks * kit.Time.TimestampFrequency / TimeSpan.TicksPerSecond);
        Assert.True(kit.Handler.ServeAsync(query).AsTask().IsCompletedSuccessfully);
        return query;
    }

    private PluginKit Create(string option)
        => new(new ForwardPlugin(), $"forward . 192.0.2.1 {{\n max_fails 0\n {option}\n}}", upstreams: _upstreams);

    /// <summary>An upstream that takes some time, all it is given by default, and gives no answer.</summary>
    private void Script(PluginKit kit, UpstreamStatus status, TimeSpan? wait) => _upstreams.On(First, _ =>
    {
        _timeouts.Add(_upstreams.LastTimeout);
        kit.Time.Advance(wait ?? _upstreams.LastTimeout);
        return new ValueTask<UpstreamOutcome>(new UpstreamOutcome(status, null));
    });
}
