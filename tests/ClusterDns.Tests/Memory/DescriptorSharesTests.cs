using ClusterDns.Server.Memory;

namespace ClusterDns.Tests.Memory;

public sealed class DescriptorSharesTests
{
    [Theory]
    [InlineData(256)]
    [InlineData(1024)]
    [InlineData(20_000)]
    [InlineData(1_048_576)]
    [InlineData(1_000_000_000)]
    public void Shares_leave_the_reserve(long limit)
    {
        DescriptorShares shares = DescriptorShares.Divide(limit);

        Assert.True(
            shares.StreamConnections + shares.DatagramUpstreams + shares.StreamUpstreams + shares.Http + DescriptorShares.Reserve <= limit);
        Assert.True(shares is { StreamConnections: > 0, DatagramUpstreams: > 0, StreamUpstreams: > 0, Http: > 0 });
    }

    [Fact]
    public void Six_hundred_stream_clients_fit_in_1024_descriptors()
        => Assert.True(DescriptorShares.Divide(1024).StreamConnections >= 600);

    [Fact]
    public void Tiny_limit_still_gives_every_share_something()
    {
        DescriptorShares shares = DescriptorShares.Divide(32);

        Assert.True(shares is { StreamConnections: > 0, DatagramUpstreams: > 0, StreamUpstreams: > 0, Http: > 0 });
    }
}
