namespace ClusterDns.Conformance.Resolver;

/// <summary>A Service that is another name for something, while that changes.</summary>
/// <param name="cluster">Where it is.</param>
public sealed class ExternalNameChangeTests(PodCluster cluster) : IClassFixture<PodCluster>
{
    [PodTheory]
    [MemberData(nameof(StubResolver.All), MemberType = typeof(StubResolver))]
    public async Task It_names_another_and_gets_an_address_of_its_own(StubResolver libc)
    {
        string name = $"moving-{libc}";
        Assert.Equal("!NONAME", await cluster.AskAsync(libc, $"any {name}"));

        await cluster.ChangeObjectsAsync(ClusterObjects.ExternalName("shop", name, "www.outside.test"));
        Assert.Equal("www.outside.test 192.0.2.80 2001:db8::80", await cluster.AskAsync(libc, $"any {name}"));

        await cluster.ChangeObjectsAsync(ClusterObjects.ExternalName("shop", name, "other.outside.test"));
        Assert.Equal("other.outside.test 192.0.2.90 2001:db8::90", await cluster.AskAsync(libc, $"any {name}"));

        await cluster.ChangeObjectsAsync(ClusterObjects.Service("shop", name, "10.96.15.1", "fd00:10:96::15:1"));
        Assert.Equal($"{name}.shop.svc.cluster.local 10.96.15.1 fd00:10:96::15:1", await cluster.AskAsync(libc, $"any {name}"));
    }
}
