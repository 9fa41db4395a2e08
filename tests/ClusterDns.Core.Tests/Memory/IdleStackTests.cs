using ClusterDns.Core.Memory;
using ClusterDns.TestKit;

namespace ClusterDns.Core.Tests.Memory;

public sealed class IdleStackTests
{
    [Fact]
    public void Object_that_was_returned_last_is_taken_first()
    {
        IdleStack<object> stack = new(2);
        (object first, object second) = (new(), new());
        stack.Return(first);
        stack.Return(second);

        Assert.Same(second, stack.Take());
        Assert.Same(first, stack.Take());
        Assert.Null(stack.Take());
    }

    [Fact]
    public void Objects_beyond_the_capacity_are_not_kept()
    {
        IdleStack<object> stack = new(2);
        for (int i = 0; i < 3; i++)
        {
            stack.Return(new object());
        }

        Assert.Equal(2, stack.Count);
    }

    [Fact]
    public void Lower_bound_releases_what_lies_beyond_it()
    {
        IdleStack<object> stack = new(4);
        object kept = new();
        stack.Return(kept);
        stack.Return(new object());

        stack.Bound = 1;
        Assert.Equal(1, stack.Count);
        stack.Return(new object());
        stack.Bound = 4;

        Assert.Same(kept, stack.Take());
        Assert.Null(stack.Take());
    }

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(3, 3)]
    [InlineData(5, 4)]
    public void Bound_lies_between_nothing_and_the_capacity(int set, int bound)
        => Assert.Equal(bound, new IdleStack<object>(4) { Bound = set }.Bound);

    [Fact]
    public void Nothing_is_taken_twice_by_threads_that_use_it_at_once()
    {
        IdleStack<int[]> stack = new(4);
        Parallel.For(0, 20_000, _ =>
        {
            int[] item = stack.Take() ?? new int[1];
            Assert.Equal(1, Interlocked.Increment(ref item[0]));
            Interlocked.Decrement(ref item[0]);
            stack.Return(item);
        });

        Assert.InRange(stack.Count, 1, 4);
    }

    [Fact]
    public void Use_again_allocates_nothing()
    {
        IdleStack<object> stack = new(1);
        stack.Return(new object());

        Assert.Equal(0, Allocations.Count(() => stack.Return(stack.Take()!)));
    }
}
