using ClusterDns.Server.Listeners;
using ClusterDns.Tests.TestKit;

namespace ClusterDns.Tests.Listeners;

public sealed class InFlightCounterTests
{
    private const int Rounds = 100_000;

    [Fact]
    public async Task It_is_empty_when_as_many_have_left_as_have_entered()
    {
        InFlightCounter counter = new();
        Assert.True(counter.WhenEmptyAsync().IsCompleted);

        counter.Enter();
        counter.Enter();
        Task empty = counter.WhenEmptyAsync();
        counter.Leave();
        Assert.False(empty.IsCompleted);
        Assert.Equal(1, counter.Count);
        counter.Leave();

        await empty.WaitAsync(TestListener.Patience);
        Assert.Equal(0, counter.Count);
    }

    [Fact]
    public void The_last_to_leave_completes_the_wait_that_begins_at_that_moment()
    {
        InFlightCounter counter = new();
        Task empty = Task.CompletedTask;
        counter.Enter();
        Lockstep.Run(
            Rounds,
            _ => empty = counter.WhenEmptyAsync(),
            _ => counter.Leave(),
            round =>
            {
                Assert.True(empty.IsCompleted, $"the wait of round {round} goes on although nothing is under way");
                counter.Enter();
                return true;
            });
    }
}
