namespace ClusterDns.Conformance.Resolver;

/// <summary>How pods' questions come and how answers go: by datagrams, by connections, from one socket, truncated.</summary>
/// <param name="cluster">Where they run.</param>
[Collection(StandingClusterGroup.Name)]
public sealed class TransportTests(StandingCluster cluster)
{
    [PodTheory]
    [MemberData(nameof(StubResolver.All), MemberType = typeof(StubResolver))]
    public async Task A_name_is_found_over_UDP(StubResolver libc)
    {
        Assert.Equal($"datagram-{libc}.shop.svc.cluster.local 10.96.14.1", await cluster.AskAsync(libc, $"inet datagram-{libc}"));

        await cluster.Server.WaitForOutputAsync($"\"A IN datagram-{libc}.shop.svc.cluster.local. udp ");
    }

    [PodTheory]
    [MemberData(nameof(StubResolver.All), MemberType = typeof(StubResolver))]
    public async Task A_name_is_found_at_the_servers_IPv6_address(StubResolver libc)
    {
        PodDns dns = PodDns.ClusterFirst with { Nameservers = [PodCluster.DnsAddressOfIPv6] };

        Assert.Equal(["web.shop.svc.cluster.local 10.96.12.7 fd00:10:96::12:7"], await cluster.AskAsync(libc, dns, "any web"));
    }

    /// <summary>musl has no such option, and comes over TCP for what is truncated only.</summary>
    [PodFact]
    public async Task A_name_is_found_over_TCP()
    {
        PodDns dns = PodDns.ClusterFirst with { Options = ["ndots:5", "use-vc"] };

        Assert.Equal(
            ["connection-glibc.shop.svc.cluster.local 10.96.14.2"], await cluster.AskAsync(StubResolver.Glibc, dns, "any connection-glibc"));

        await cluster.Server.WaitForOutputAsync("\"AAAA IN connection-glibc.shop.svc.cluster.local. tcp ");
        Assert.DoesNotContain(cluster.Server.Output, static line => line.Contains(" connection-glibc.shop.svc.cluster.local. udp ", StringComparison.Ordinal));
    }

    [PodTheory]
    [MemberData(nameof(StubResolver.All), MemberType = typeof(StubResolver))]
    public async Task Both_families_are_asked_for_from_one_socket_and_found(StubResolver libc)
    {
        Assert.Equal($"both-{libc}.shop.svc.cluster.local 10.96.14.3 fd00:10:96::14:3", await cluster.AskAsync(libc, $"any both-{libc}"));

        Assert.Equal(await ClientOfAsync($"\"A IN both-{libc}."), await ClientOfAsync($"\"AAAA IN both-{libc}."));
    }

    [PodTheory]
    [MemberData(nameof(StubResolver.All), MemberType = typeof(StubResolver))]
    public async Task A_headless_Service_of_many_endpoints_comes_over_TCP_or_as_many_as_a_datagram_holds(StubResolver libc)
    {
        foreach (int size in StandingCluster.Sizes)
        {
            string name = FormattableString.Invariant($"large-{size}-{libc}.shop.svc.cluster.local");

            string[] found = (await cluster.AskAsync(libc, $"inet {name}.")).Split(' ');

            Assert.Equal(name, found[0]);
            string[] addresses = found[1..];
            Assert.Distinct(addresses, StringComparer.Ordinal);
            Assert.Subset(StandingCluster.Endpoints(size).ToHashSet(StringComparer.Ordinal), addresses.ToHashSet(StringComparer.Ordinal));
            if (await libc.IsOldMusl)
            {
                Assert.Equal(RecordsOfADatagram(name), addresses.Length);
                continue;
            }

            Assert.Equal(Math.Min(size, libc.MaxAddresses), addresses.Length);
            await cluster.Server.WaitForOutputAsync($"\"A IN {name}. tcp ");
        }
    }

    [PodTheory]
    [MemberData(nameof(StubResolver.All), MemberType = typeof(StubResolver))]
    public async Task The_ports_of_many_endpoints_come_over_TCP(StubResolver libc)
    {
        int size = StandingCluster.Sizes[0];
        string name = FormattableString.Invariant($"large-{size}-{libc}.shop.svc.cluster.local");
        IEnumerable<string> expected = StandingCluster.Endpoints(size)
            .Select(address => FormattableString.Invariant($"0 {100 / size} 8080 {address.Replace('.', '-')}.{name}"))
            .Order(StringComparer.Ordinal);

        string[] found = (await cluster.AskAsync(libc, $"srv _http._tcp.{name}")).Split(", ");

        if (await libc.IsOldMusl)
        {
            Assert.ProperSubset(expected.ToHashSet(StringComparer.Ordinal), found.ToHashSet(StringComparer.Ordinal));
            return;
        }

        Assert.Equal(expected, found, StringComparer.Ordinal);
        await cluster.Server.WaitForOutputAsync($"\"SRV IN _http._tcp.{name}. tcp ");
    }

    /// <summary>How many A records a datagram has room for: beside its header and its question, each with a pointer for its name.</summary>
    private static int RecordsOfADatagram(string name)
    {
        const int Header = 12;
        const int TypeAndClass = 4;
        const int Record = 16;
        return (StubResolver.DatagramBytes - Header - (name.Length + 2) - TypeAndClass) / Record;
    }

    /// <summary>The address and port from which a question came.</summary>
    private async Task<string> ClientOfAsync(string question)
    {
        await cluster.Server.WaitForOutputAsync(question);
        string line = cluster.Server.Output.First(line => line.Contains(question, StringComparison.Ordinal));
        return line.Split(' ')[1];
    }
}
