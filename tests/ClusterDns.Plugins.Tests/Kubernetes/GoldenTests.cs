using Xunit.Abstractions;

namespace ClusterDns.Plugins.Tests.Kubernetes;

/// <summary>What CoreDNS answered under kubeadm's Corefile.</summary>
public sealed class GoldenTests(ITestOutputHelper output)
{
    /// <summary>
    /// The questions that are answered otherwise on purpose: a name that exists has no NXDOMAIN for any type (docs/differences.md).
    /// </summary>
    private static readonly string[] Deliberate =
    [
        // Exists, with a TXT record.
        "dns-version.cluster.local. A",
        "dns-version.cluster.local. AAAA",
        "dns-version.cluster.local. DS",
        "dns-version.cluster.local. MX",
        "dns-version.cluster.local. PTR",
        "dns-version.cluster.local. SRV",

        // Exists, with addresses.
        "ns.dns.cluster.local. PTR",

        // Exists, with names below it.
        "pod.cluster.local. TXT",
    ];

    [Fact]
    public void Answers_agree_with_the_recorded_ones()
        => Assert.Equal(
            Deliberate.Order(StringComparer.Ordinal),
            new GoldenCorefile("kubeadm").FindDisagreements(output).Order(StringComparer.Ordinal));
}
