namespace ClusterDns.Conformance.Resolver;

/// <summary>Names that others answer, while the Corefile says who.</summary>
/// <param name="cluster">Where they are asked for.</param>
public sealed class CorefileChangeTests(CorefileChangeTests.Cluster cluster) : IClassFixture<CorefileChangeTests.Cluster>
{
    [PodTheory]
    [MemberData(nameof(StubResolver.All), MemberType = typeof(StubResolver))]
    public async Task A_stub_domain_comes_moves_and_goes(StubResolver libc)
    {
        const string Elsewhere = "www.outside.test 192.0.2.80 2001:db8::80";
        string[] questions = ["any host.stub.test", "any new.stub.test", "any www.outside.test"];
        string[] byDefault = ["host.stub.test 192.0.2.161", "!NONAME", Elsewhere];

        Assert.Equal(byDefault, await cluster.AskAsync(libc, PodDns.ClusterFirst, questions));

        await cluster.ChangeCorefileAsync(cluster.Corefile + StubDomain(OutsideServers.Second));
        Assert.Equal(["host.stub.test 192.0.2.162", "new.stub.test 192.0.2.163", Elsewhere], await cluster.AskAsync(libc, PodDns.ClusterFirst, questions));

        await cluster.ChangeCorefileAsync(cluster.Corefile + StubDomain(OutsideServers.Denier));
        Assert.Equal(["!NONAME", "!NONAME", Elsewhere], await cluster.AskAsync(libc, PodDns.ClusterFirst, questions));

        await cluster.ChangeCorefileAsync(cluster.Corefile);
        Assert.Equal(byDefault, await cluster.AskAsync(libc, PodDns.ClusterFirst, questions));
    }

    [PodTheory]
    [MemberData(nameof(StubResolver.All), MemberType = typeof(StubResolver))]
    public async Task What_is_forwarded_goes_to_the_new_upstream(StubResolver libc)
    {
        string[] questions = ["ptr 192.0.2.123", "any moving", "inet moving.outside.test"];

        Assert.Equal(
            ["first.reverse.test", "moving.outside.test 192.0.2.171", "moving.outside.test 192.0.2.171"],
            await cluster.AskAsync(libc, PodDns.ClusterFirst, questions));

        await cluster.ChangeCorefileAsync(cluster.Corefile.Replace(OutsideServers.First, OutsideServers.Second, StringComparison.Ordinal));
        Assert.Equal(
            ["second.reverse.test", "moving.outside.test 192.0.2.172", "moving.outside.test 192.0.2.172"],
            await cluster.AskAsync(libc, PodDns.ClusterFirst, questions));

        await cluster.ChangeCorefileAsync(cluster.Corefile);
        Assert.Equal("first.reverse.test", await cluster.AskAsync(libc, "ptr 192.0.2.123"));
    }

    private static string StubDomain(string upstream) => $$"""

        stub.test:53 {
            bind {{PodCluster.DnsAddress}} {{PodCluster.DnsAddressOfIPv6}}
            errors
            cache 30
            forward . {{upstream}}
        }

        """;

    /// <summary>Where a Service names something that only others know.</summary>
    public sealed class Cluster : PodCluster
    {
        /// <inheritdoc/>
        protected override string Manifest() => base.Manifest() + ClusterObjects.ExternalName("shop", "moving", "moving.outside.test");
    }
}
