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

        QueryContext context = Serve(kit, TimeSpan.FromTicks(-1));

        Assert.Empty(_upstreams.Asked);
        Assert.Equal(ResponseStatus.Dropped, context.Response.Status);
        Assert.Equal("forward", context.Response.Plugin);
    }

    [Fact]
    public void AnAnswerBeforeTheDeadlineIsOne()
    {
        _upstreams.Answers(First);

        QueryContext context = Serve(Create(""), TimeSpan.FromMilliseconds(300));

        Assert.Equal(ResponseStatus.Answered, context.Response.Status);
        Assert.Equal(TimeSpan.FromMilliseconds(300), _upstreams.LastTimeout);
    }

    [Fact]
    public void AFailureBeforeTheDeadlineIsTold()
    {
        _upstreams.Fails(First);

        QueryContext context = Serve(Create(""), TimeSpan.FromSeconds(3));

        Assert.Equal(ResponseStatus.Failed, context.Response.Status);
        Assert.Equal("read udp 192.0.2.1:53: no reply within 2s: i/o timeout", context.Response.Failure);
    }

    [Fact]
    public void ADeadlineBeyondFiveSecondsLengthensNothing()
    {
        PluginKit kit = Create("max_connect_attempts 0");
        Script(kit, UpstreamStatus.TimedOut, wait: null);

        QueryContext context = Serve(kit, TimeSpan.FromSeconds(60));

        Assert.Equal([TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1)], _timeouts);
        Assert.Equal(ResponseStatus.Failed, context.Response.Status);
    }

    [Theory]
    [InlineData(1500, 2)]
    [InlineData(1000, 1)]
    public void WhatIsAskedAgainOverTcpHasWhatTimeIsLeft(int milliseconds, int asked)
    {
        PluginKit kit = Create("max_connect_attempts 1");
        Script(kit, UpstreamStatus.Suspicious, TimeSpan.FromSeconds(1));

        QueryContext context = Serve(kit, TimeSpan.FromMilliseconds(milliseconds));

        TimeSpan[] expected = [TimeSpan.FromMilliseconds(milliseconds), TimeSpan.FromMilliseconds(milliseconds - 1000)];
        Assert.Equal(expected[..asked], _timeouts);
        Assert.Equal(ResponseStatus.Dropped, context.Response.Status);
    }

    private static QueryContext Serve(PluginKit kit, TimeSpan untilDeadline)
    {
        QueryContext context = kit.CreateContext("www.example.");
        context.Deadline = kit.Time.GetTimestamp() + (untilDeadline.Ticks * kit.Time.TimestampFrequency / TimeSpan.TicksPerSecond);
        Assert.True(kit.Handler.ServeAsync(context).AsTask().IsCompletedSuccessfully);
        return context;
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
