namespace ClusterDns.Conformance.Resolver;

/// <summary>The names of Services and of their endpoints, as pods find them.</summary>
/// <param name="cluster">Where they run.</param>
[Collection(StandingClusterGroup.Name)]
public sealed class ServiceNameTests(StandingCluster cluster)
{
    [PodTheory]
    [MemberData(nameof(StubResolver.All), MemberType = typeof(StubResolver))]
    public async Task A_Service_is_found_by_partial_and_by_full_names(StubResolver libc)
    {
        const string Expected = "kubernetes.default.svc.cluster.local 10.96.0.1";

        string[] fromShop = await cluster.AskAsync(
            libc,
            PodDns.ClusterFirst,
            "any kubernetes",
            "any kubernetes.default",
            "any kubernetes.default.svc",
            "any kubernetes.default.svc.cluster.local",
            "any kubernetes.default.svc.cluster.local.",
            "any nosuch.default");
        string[] fromDefault = await cluster.AskAsync(libc, PodDns.Of("default"), "any kubernetes");

        Assert.Equal(["!NONAME", Expected, Expected, Expected, Expected, "!NONAME"], fromShop);
        Assert.Equal([Expected], fromDefault);
    }

    [PodTheory]
    [MemberData(nameof(StubResolver.All), MemberType = typeof(StubResolver))]
    public async Task A_Service_may_begin_with_a_digit(StubResolver libc)
        => Assert.Equal("1st-shop.shop.svc.cluster.local 10.96.12.10", await cluster.AskAsync(libc, "any 1st-shop"));

    [PodTheory]
    [MemberData(nameof(StubResolver.All), MemberType = typeof(StubResolver))]
    public async Task A_headless_Service_has_its_endpoints_addresses_and_their_hostnames(StubResolver libc)
    {
        string[] answers = await cluster.AskAsync(libc, PodDns.ClusterFirst, "any db", "any db-1.db", "any db-2.db", "ptr 10.245.1.20");

        Assert.Equal(
            ["db.shop.svc.cluster.local 10.245.1.20 10.245.1.21", "db-1.db.shop.svc.cluster.local 10.245.1.21", "!NONAME", "db-0.db.shop.svc.cluster.local"],
            answers);
    }

    [PodTheory]
    [MemberData(nameof(StubResolver.All), MemberType = typeof(StubResolver))]
    public async Task Named_ports_have_records_of_their_own(StubResolver libc)
    {
        string[] answers = await cluster.AskAsync(
            libc,
            PodDns.ClusterFirst,
            "srv _http._tcp.web.shop.svc.cluster.local",
            "srv _http._tcp.old.shop.svc.cluster.local",
            "srv _http._tcp.db.shop.svc.cluster.local",
            "srv _https._tcp.web.shop.svc.cluster.local",
            "srv web.default.svc.cluster.local");

        Assert.Equal(
            [
                "0 50 80 web.shop.svc.cluster.local",
                "0 100 80 old.shop.svc.cluster.local",
                "0 50 8080 db-0.db.shop.svc.cluster.local, 0 50 8080 db-1.db.shop.svc.cluster.local",
                "!3",
                "!3",
            ],
            answers);
    }

    [PodTheory]
    [MemberData(nameof(StubResolver.All), MemberType = typeof(StubResolver))]
    public async Task A_ClusterIP_has_its_Services_name(StubResolver libc)
    {
        string[] answers = await cluster.AskAsync(
            libc, PodDns.ClusterFirst, "ptr 10.96.0.1", "ptr 10.96.12.7", "ptr fd00:10:96::12:7", "ptr 10.96.99.99");

        Assert.Equal(
            ["kubernetes.default.svc.cluster.local", "web.shop.svc.cluster.local", "web.shop.svc.cluster.local", "!NONAME"], answers);
    }

    [PodTheory]
    [MemberData(nameof(StubResolver.All), MemberType = typeof(StubResolver))]
    public async Task Names_have_the_addresses_of_the_families_that_they_have(StubResolver libc)
    {
        string[] answers = await cluster.AskAsync(
            libc,
            PodDns.ClusterFirst,
            "any web", "inet web", "inet6 web",
            "any old", "inet old",
            "any new", "inet6 new");

        Assert.Equal(
            [
                "web.shop.svc.cluster.local 10.96.12.7 fd00:10:96::12:7", "web.shop.svc.cluster.local 10.96.12.7", "web.shop.svc.cluster.local fd00:10:96::12:7",
                "old.shop.svc.cluster.local 10.96.12.8", "old.shop.svc.cluster.local 10.96.12.8",
                "new.shop.svc.cluster.local fd00:10:96::12:9", "new.shop.svc.cluster.local fd00:10:96::12:9",
            ],
            answers);
    }

    [PodTheory]
    [MemberData(nameof(StubResolver.All), MemberType = typeof(StubResolver))]
    public async Task A_name_without_addresses_of_a_family_exists_all_the_same(StubResolver libc)
    {
        string[] answers = await cluster.AskAsync(libc, PodDns.ClusterFirst, "inet6 old", "inet new", "inet6 nosuch");

        // An old musl has one name for both.
        string noData = await libc.IsOldMusl ? "!NONAME" : "!NODATA";
        Assert.Equal([noData, noData, "!NONAME"], answers);
    }

    [PodTheory]
    [MemberData(nameof(StubResolver.All), MemberType = typeof(StubResolver))]
    public async Task Outside_names_are_found_as_they_are_and_by_ExternalName(StubResolver libc)
    {
        const string Expected = "www.outside.test 192.0.2.80 2001:db8::80";

        string[] answers = await cluster.AskAsync(libc, PodDns.ClusterFirst, "any www.outside.test", "any outside", "any nosuch.outside.test");

        Assert.Equal([Expected, Expected, "!NONAME"], answers);
    }

    [PodTheory]
    [MemberData(nameof(StubResolver.All), MemberType = typeof(StubResolver))]
    public async Task One_in_twenty_of_ten_thousand_Services_is_found(StubResolver libc)
    {
        int[] asked = [.. Enumerable.Range(0, StandingCluster.Crowd).Where(static i => i % 20 == 7)];

        string[] answers = await cluster.AskAsync(
            libc, PodDns.ClusterFirst, [.. asked.Select(static i => FormattableString.Invariant($"any service-{i}.crowd"))]);

        Assert.Equal(500, answers.Length);
        Assert.Equal(
            asked.Select(static i => FormattableString.Invariant($"service-{i}.crowd.svc.cluster.local {StandingCluster.AddressOfCrowd(i)}")),
            answers,
            StringComparer.Ordinal);
    }
}
