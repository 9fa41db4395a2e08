using Xunit.Abstractions;

namespace ClusterDns.Plugins.Tests.Kubernetes;

/// <summary>What CoreDNS answered under the Corefiles with <c>pods verified</c>, <c>endpoint_pod_names</c> and <c>zonal</c>.</summary>
public sealed class GoldenPodsTests(ITestOutputHelper output)
{
    /// <summary>
    /// The questions that are answered otherwise on purpose: a name that exists has no NXDOMAIN for any type (docs/differences.md).
    /// </summary>
    private static readonly Dictionary<string, string[]> Deliberate = new(StringComparer.Ordinal)
    {
        ["verified"] =
        [
            // Exists, with a TXT record.
            "dns-version.cluster.local. A",
            "dns-version.cluster.local. SRV",
        ],
        ["zonal"] =
        [
            // Exists, with an SOA.
            "in-addr.arpa. TXT",
        ],
    };

    public static TheoryData<string> Corefiles => new(Deliberate.Keys);

    [Theory]
    [MemberData(nameof(Corefiles))]
    public void Answers_agree_with_the_recorded_ones(string corefile)
        => Assert.Equal(
            Deliberate[corefile].Order(StringComparer.Ordinal),
            new GoldenCorefile(corefile).FindDisagreements(output).Order(StringComparer.Ordinal));
}
