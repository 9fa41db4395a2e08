using ClusterDns.Server.Upstreams;

namespace ClusterDns.Tests.Upstreams;

public sealed class UpstreamSocketLimitTests
{
    [Theory]
    [InlineData(134, 1 << 30, 134)]
    [InlineData(100_000, 1 << 30, UpstreamSocketLimit.DefaultMax)]
    [InlineData(0, 1 << 30, 1)]
    [InlineData(100_000, 100 * UpstreamSocket.MaxKernelBytes, 100)]
    [InlineData(100_000, 0, UpstreamSocketLimit.LeastMax)]
    [InlineData(20, 0, 20)]
    public void Bound_is_the_share_of_descriptors_or_of_memory_or_the_usual_one(int descriptors, long kernelBytes, int expected)
        => Assert.Equal(expected, UpstreamSocketLimit.Within(descriptors, kernelBytes).Max);

    [Fact]
    public void No_more_are_taken_than_there_are_and_one_that_is_released_is_taken_again()
    {
        UpstreamSocketLimit limit = new(2);

        Assert.True(limit.TryTake());
        Assert.True(limit.TryTake());
        Assert.False(limit.TryTake());
        Assert.Equal(2, limit.Count);
        limit.Release();
        Assert.True(limit.TryTake());
    }
}
