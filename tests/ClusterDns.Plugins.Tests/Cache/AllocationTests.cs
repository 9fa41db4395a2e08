using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Cache;
using ClusterDns.Plugins.Tests.TestKit;

namespace ClusterDns.Plugins.Tests.Cache;

public sealed class AllocationTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(12)]
    public void A_hit_allocates_nothing(int addresses)
    {
        PluginKit kit = new(
            new CachePlugin(), "cache", CacheKit.Addresses([.. Enumerable.Repeat(60u, addresses)]));
        Query query = kit.Serve("www.example.");
        for (int i = 0; i < 100; i++)
        {
            kit.ServeAgain(query);
        }

        Assert.Equal(0, kit.CountAllocatedBytes(query));
        Assert.Equal("cache", query.Response.Plugin);
    }
}
