using ClusterDns.Plugins.Common;
using ClusterDns.Plugins.Kubernetes.Api.Http;
using ClusterDns.Plugins.Kubernetes.Api.Watching;
using Microsoft.Extensions.Time.Testing;

namespace ClusterDns.Plugins.Tests.Kubernetes.Api;

public sealed class LimiterTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task A_burst_goes_at_once_and_the_rest_at_the_rate()
    {
        using RequestLimiter limiter = new(perSecond: 2, burst: 3, maxInFlight: 0, _time);
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(TimeSpan.Zero, await limiter.WaitAsync(CancellationToken.None));
        }

        Task<TimeSpan> fourth = limiter.WaitAsync(CancellationToken.None).AsTask();
        Task<TimeSpan> fifth = limiter.WaitAsync(CancellationToken.None).AsTask();
        _time.Advance(TimeSpan.FromSeconds(0.499));
        Assert.False(fourth.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(0.001));
        Assert.Equal(TimeSpan.FromSeconds(0.5), await fourth);
        Assert.False(fifth.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(0.5));
        Assert.Equal(TimeSpan.FromSeconds(1), await fifth);

        _time.Advance(TimeSpan.FromHours(1));
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(TimeSpan.Zero, await limiter.WaitAsync(CancellationToken.None));
        }

        Task<TimeSpan> next = limiter.WaitAsync(CancellationToken.None).AsTask();
        Assert.False(next.IsCompleted);
    }

    [Fact]
    public async Task No_more_requests_are_under_way_than_may_be()
    {
        using RequestLimiter limiter = new(1, 1, maxInFlight: 2, _time);
        await limiter.EnterAsync(CancellationToken.None);
        await limiter.EnterAsync(CancellationToken.None);
        Task third = limiter.EnterAsync(CancellationToken.None);
        Assert.False(third.IsCompleted);
        limiter.Leave();
        await third;

        using RequestLimiter unlimited = new(1, 1, maxInFlight: 0, _time);
        for (int i = 0; i < 100; i++)
        {
            Assert.True(unlimited.EnterAsync(CancellationToken.None).IsCompletedSuccessfully);
        }
    }

    [Fact]
    public void Waits_double_up_to_a_bound_and_are_spread_over_their_second_half()
    {
        AttemptEnd failed = new(AttemptOutcome.Failed);
        HashSet<TimeSpan> first = [];
        for (ulong seed = 0; seed < 20; seed++)
        {
            Backoff backoff = new(new RandomSequence(seed));
            double longest = 0.5;
            for (int i = 0; i < 12; i++)
            {
                TimeSpan wait = backoff.Next(in failed, TimeSpan.Zero, isEssential: true);
                Assert.InRange(wait.TotalSeconds, longest / 2, longest);
                longest = Math.Min(15, longest * 2);
                if (i == 0)
                {
                    first.Add(wait);
                }
            }

            Assert.InRange(backoff.Next(in failed, Backoff.HealthySpan, isEssential: true).TotalSeconds, 0.25, 0.5);
        }

        Assert.True(first.Count > 10);
    }

    [Theory]
    [InlineData(AttemptOutcome.Closed, 300, 0, 0)]
    [InlineData(AttemptOutcome.Closed, 0, 0.25, 0.5)]
    [InlineData(AttemptOutcome.Expired, 0, 0, 0.5)]
    [InlineData(AttemptOutcome.Rebuilt, 0, 0, 0.5)]
    [InlineData(AttemptOutcome.OtherWay, 0, 0, 0.5)]
    public void Some_ends_are_followed_by_another_attempt_at_once(object outcome, int lived, double first, double mostOfSecond)
    {
        Backoff backoff = new(new RandomSequence(1));
        AttemptEnd end = new((AttemptOutcome)outcome);
        Assert.InRange(backoff.Next(in end, TimeSpan.FromSeconds(lived), true).TotalSeconds, first, Math.Max(first, first * 2));
        TimeSpan second = backoff.Next(in end, TimeSpan.Zero, true);
        Assert.True(second > TimeSpan.Zero);
        Assert.True(second <= TimeSpan.FromSeconds(Math.Max(mostOfSecond * 2, 1)));
    }

    [Fact]
    public void What_the_server_asks_for_counts_within_a_bound()
    {
        Backoff backoff = new(new RandomSequence(1));
        AttemptEnd seven = new(AttemptOutcome.Failed, "", TimeSpan.FromSeconds(7));
        AttemptEnd forEver = new(AttemptOutcome.Expired, "", TimeSpan.FromDays(1));
        Assert.Equal(TimeSpan.FromSeconds(7), backoff.Next(in seven, TimeSpan.Zero, true));
        Assert.Equal(Backoff.LongestRetryAfter, backoff.Next(in forEver, TimeSpan.Zero, true));
    }

    [Fact]
    public void What_is_forbidden_is_asked_for_now_and_then_unless_nothing_works_without_it()
    {
        Backoff backoff = new(new RandomSequence(1));
        AttemptEnd forbidden = new(AttemptOutcome.Forbidden);
        Assert.InRange(backoff.Next(in forbidden, TimeSpan.Zero, isEssential: false).TotalSeconds, 30, 60);
        Assert.InRange(backoff.Next(in forbidden, TimeSpan.Zero, isEssential: true).TotalSeconds, 0.25, 0.5);
    }
}
