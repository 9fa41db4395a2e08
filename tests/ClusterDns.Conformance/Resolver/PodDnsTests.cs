namespace ClusterDns.Conformance.Resolver;

/// <summary>Pods whose dnsConfig is their own.</summary>
/// <param name="cluster">Where they run.</param>
[Collection(StandingClusterGroup.Name)]
public sealed class PodDnsTests(StandingCluster cluster)
{
    private const string InTheCluster = "web.shop.svc.cluster.local 10.96.12.7 fd00:10:96::12:7";

    [PodTheory]
    [MemberData(nameof(StubResolver.All), MemberType = typeof(StubResolver))]
    public async Task A_pod_may_have_nameservers_and_searches_of_its_own(StubResolver libc)
    {
        PodDns dns = new([OutsideServers.First], ["corp.test"], "ndots:2");

        string[] answers = await cluster.AskAsync(libc, dns, "any host", "any host.dept", "any web.shop.svc.cluster.local");

        Assert.Equal(["host.corp.test 192.0.2.101", "host.dept.corp.test 192.0.2.103", "!NONAME"], answers);
    }

    [PodTheory]
    [MemberData(nameof(StubResolver.All), MemberType = typeof(StubResolver))]
    public async Task Ndots_decides_whether_a_name_is_first_asked_for_as_it_is(StubResolver libc)
    {
        PodDns few = PodDns.ClusterFirst with { Searches = [.. PodDns.ClusterFirst.Searches, "corp.test"], Options = ["ndots:1"] };
        PodDns many = few with { Options = ["ndots:5"] };

        Assert.Equal(["host.dept 192.0.2.102"], await cluster.AskAsync(libc, few, "any host.dept"));
        Assert.Equal([InTheCluster, "host.dept.corp.test 192.0.2.103"], await cluster.AskAsync(libc, many, "any web", "any host.dept"));
    }

    [PodTheory]
    [MemberData(nameof(StubResolver.All), MemberType = typeof(StubResolver))]
    public async Task More_than_six_searches_count(StubResolver libc)
    {
        PodDns dns = WithSearches(12);

        // musl leaves out a longer line.
        Assert.InRange(string.Join(' ', dns.Searches).Length, 1, 255 - "search ".Length);
        Assert.Equal([InTheCluster, "host.last.test 192.0.2.105"], await cluster.AskAsync(libc, dns, "any web", "any host"));
    }

    [PodFact]
    public async Task As_many_searches_count_as_Kubernetes_allows()
    {
        PodDns dns = WithSearches(32);

        Assert.Equal([InTheCluster, "host.last.test 192.0.2.105"], await cluster.AskAsync(StubResolver.Glibc, dns, "any web", "any host"));
    }

    [PodTheory]
    [MemberData(nameof(StubResolver.All), MemberType = typeof(StubResolver))]
    public async Task A_search_may_have_underscores(StubResolver libc)
    {
        PodDns dns = PodDns.ClusterFirst with { Searches = ["_sip._tcp.under_score.test", .. PodDns.ClusterFirst.Searches] };

        string[] answers = await cluster.AskAsync(libc, dns, "any host", "any web");

        Assert.Equal(["host._sip._tcp.under_score.test 192.0.2.104", InTheCluster], answers);
    }

    [PodTheory]
    [MemberData(nameof(StubResolver.All), MemberType = typeof(StubResolver))]
    public async Task A_search_may_be_a_single_dot(StubResolver libc)
    {
        PodDns last = PodDns.ClusterFirst with { Searches = [.. PodDns.ClusterFirst.Searches, "."] };
        PodDns first = PodDns.ClusterFirst with { Searches = [".", .. PodDns.ClusterFirst.Searches] };

        Assert.Equal([InTheCluster], await cluster.AskAsync(libc, last, "any web"));
        if (!await libc.IsOldMusl)
        {
            Assert.Equal(
                [InTheCluster, InTheCluster, "!NONAME"], await cluster.AskAsync(libc, first, "any web", "any web.shop.svc.cluster.local", "any nosuch"));
        }
    }

    /// <summary>A pod's own, with others between, and one that has a name to find at the end.</summary>
    private static PodDns WithSearches(int count)
    {
        string[] own = PodDns.ClusterFirst.Searches;
        IEnumerable<string> between = Enumerable.Range(0, count - own.Length - 1).Select(static i => FormattableString.Invariant($"between-{i}.test"));
        return PodDns.ClusterFirst with { Searches = [.. own, .. between, "last.test"] };
    }
}
