using ClusterDns.Core.Memory;
using ClusterDns.Core.Upstreams;
using ClusterDns.Server.Upstreams.Stream;
using Microsoft.Extensions.Time.Testing;

namespace ClusterDns.Tests.Upstreams;

/// <summary>The parts of a pool of connections, each alone.</summary>
public sealed class StreamPartsTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Nothing_is_late_before_50_ms_or_twice_the_usual_answer_time()
    {
        AnswerTime time = new();
        Assert.Equal(TimeSpan.FromMilliseconds(50), time.Late);

        time.Add(TimeSpan.FromMilliseconds(1));
        Assert.Equal(TimeSpan.FromMilliseconds(50), time.Late);
        for (int i = 0; i < 100; i++)
        {
            time.Add(TimeSpan.FromMilliseconds(150));
        }

        Assert.InRange(time.Late.TotalMilliseconds, 299, 300);
    }

    [Fact]
    public void Queries_that_are_late_often_make_it_dear_to_wait_behind_one()
    {
        AnswerTime time = new();
        time.Add(TimeSpan.FromMilliseconds(1));
        Assert.Equal(TimeSpan.FromMilliseconds(1), time.ExpectedCost);

        for (int i = 0; i < 100; i++)
        {
            time.AddLate();
        }

        Assert.InRange(time.ExpectedCost.TotalMilliseconds, 45, 51);
        for (int i = 0; i < 200; i++)
        {
            time.Add(TimeSpan.FromMilliseconds(1));
        }

        Assert.InRange(time.ExpectedCost.TotalMilliseconds, 1, 2);
    }

    [Fact]
    public void One_slow_answer_moves_the_usual_time_little()
    {
        AnswerTime time = new();
        time.Add(TimeSpan.FromMilliseconds(1));

        time.Add(TimeSpan.FromSeconds(1.9));

        Assert.Equal(TimeSpan.FromMilliseconds(50), time.Late);
    }

    [Fact]
    public void Attempts_pause_after_some_failures_twice_as_long_each_time_up_to_a_second()
    {
        ConnectBackoff backoff = new(_time, static () => 1);
        List<double> pauses = [];
        for (int i = 0; i < 12; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(2));
            backoff.Failed(UpstreamFailure.Refused, Now, Now);
            pauses.Add(PauseOf(backoff));
        }

        Assert.Equal([0, 0, 25, 50, 100, 200, 400, 800, 1000, 1000, 1000, 1000], pauses);
        Assert.Equal(UpstreamFailure.Refused, backoff.LastFailure);
        backoff.Succeeded();
        backoff.Failed(UpstreamFailure.Closed, Now, Now);
        Assert.False(backoff.IsPausing(Now));
    }

    [Fact]
    public void Pause_is_shortened_at_random_by_half_at_most()
    {
        ConnectBackoff backoff = new(_time, static () => 0);
        for (int i = 0; i < 3; i++)
        {
            backoff.Failed(UpstreamFailure.Refused, Now, Now);
        }

        Assert.Equal(13, PauseOf(backoff));
    }

    [Fact]
    public void Attempts_that_were_under_way_together_fail_once()
    {
        ConnectBackoff backoff = new(_time, static () => 1);
        long begun = Now;
        _time.Advance(TimeSpan.FromMilliseconds(5));
        for (int i = 0; i < 100; i++)
        {
            backoff.Failed(UpstreamFailure.Refused, i == 0 ? Now : begun, Now);
        }

        Assert.False(backoff.IsPausing(Now));
    }

    [Fact]
    public void Connections_are_opened_at_a_bounded_rate()
    {
        ConnectBackoff backoff = new(_time, static () => 1);
        Assert.Equal(StreamLimits.MaxConnections, CountTaken(backoff));

        _time.Advance(TimeSpan.FromMilliseconds(50));
        Assert.Equal(StreamLimits.MaxOpenedPerSecond / 20, CountTaken(backoff));
    }

    [Fact]
    public void Query_that_no_younger_one_has_overtaken_is_what_others_wait_for()
    {
        OutstandingQueries queries = new();
        for (ushort id = 1; id <= 3; id++)
        {
            queries.Add(id, Now, new StreamExchange());
        }

        Assert.Equal(0, queries.FindHead());
        queries.Answered(queries.Find(2));
        Assert.True(queries.IsAnyOrder);
        Assert.Equal(3, queries.All[queries.FindHead()].Id);
        queries.Answered(queries.Find(3));
        Assert.Equal(queries.Count, queries.FindHead());
        queries.Add(4, Now, new StreamExchange());
        Assert.Equal(4, queries.All[queries.FindHead()].Id);
    }

    [Fact]
    public void Abandoned_query_is_still_waited_for_and_its_ID_is_in_use()
    {
        OutstandingQueries queries = new();
        queries.Add(1, Now, new StreamExchange());
        queries.Add(2, Now, new StreamExchange());

        queries.Abandon(0);
        queries.Abandon(0);

        Assert.Equal((2, 1, 0), (queries.Count, queries.Pending, queries.FindHead()));
        Assert.True(queries.Contains(1));
        queries.Answered(0);
        Assert.False(queries.IsAnyOrder);
        Assert.Equal((1, 1), (queries.Count, queries.Pending));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1000)]
    [InlineData(int.MaxValue)]
    public void Messages_come_out_whole_however_they_arrive(int chunk)
    {
        byte[][] messages = [.. new[] { 12, 0, 300, 65535, 13, 2048, 5000 }.Select((length, i) => Enumerable.Repeat((byte)(i + 1), length).ToArray())];
        byte[] stream = [.. messages.SelectMany(static one => (byte[])[(byte)(one.Length >> 8), (byte)one.Length, .. one])];
        FrameReader frames = new();
        List<byte[]> taken = [];
        for (int sent = 0; sent < stream.Length;)
        {
            Memory<byte> room = frames.GetRoom();
            int count = Math.Min(Math.Min(chunk, stream.Length - sent), room.Length);
            stream.AsMemory(sent, count).CopyTo(room);
            frames.Advance(count);
            sent += count;
            while (frames.TryTake(out ReadOnlySpan<byte> message))
            {
                taken.Add(message.ToArray());
            }

            frames.Trim(isEnd: false);
        }

        Assert.Equal(messages, taken);
        Assert.False(frames.HasPart);
        frames.Trim(isEnd: true);
    }

    [Fact]
    public void Length_that_promises_much_takes_no_memory_before_the_bytes_are_there()
    {
        FrameReader frames = new();
        ((byte[])[0xFF, 0xFF, 1]).CopyTo(frames.GetRoom());
        frames.Advance(3);

        Assert.False(frames.TryTake(out _));
        Assert.True(frames.HasPart);
        Assert.InRange(frames.GetRoom().Length, 1, 4096);
        frames.Trim(isEnd: true);
    }

    [Fact]
    public void Each_upstream_may_have_some_connections_whatever_the_others_have()
    {
        StreamBudget budget = new(5);
        for (int i = 0; i < 5; i++)
        {
            Assert.True(budget.TryTake(i));
        }

        Assert.False(budget.TryTake(5));
        Assert.True(budget.TryTake(StreamBudget.AlwaysPerUpstream - 1));
        budget.Release();
        budget.Release();
        Assert.True(budget.TryTake(4));
        Assert.Equal(5, budget.Open);
    }

    [Fact]
    public void Connections_count_in_a_memory_share_until_they_end()
    {
        MemoryShare share = MemoryBudget.CreateUnlimited()[MemoryTable.StreamUpstreams];
        StreamBudget budget = new(int.MaxValue, share);
        int taken = 0;
        while (budget.TryTake(StreamBudget.AlwaysPerUpstream))
        {
            taken++;
        }

        Assert.Equal(share.Limit / StreamBudget.BytesPerConnection, taken);
        Assert.True(budget.TryTake(0));
        Assert.Equal((taken + 1L) * StreamBudget.BytesPerConnection, share.Used);
        for (int i = 0; i <= taken; i++)
        {
            budget.Release();
        }

        Assert.Equal(0, share.Used);
    }

    private long Now => _time.GetTimestamp();

    private int CountTaken(ConnectBackoff backoff)
    {
        int taken = 0;
        while (backoff.TryTake(Now))
        {
            taken++;
        }

        return taken;
    }

    private double PauseOf(ConnectBackoff backoff)
    {
        int milliseconds = 0;
        long start = Now;
        for (; backoff.IsPausing(start + (milliseconds * _time.TimestampFrequency / 1000)); milliseconds++)
        {
        }

        return milliseconds;
    }
}
