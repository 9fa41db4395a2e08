namespace ClusterDns.Conformance.Resolver;

/// <summary>What kubelet writes into a pod's /etc/resolv.conf.</summary>
/// <param name="Nameservers">Addresses.</param>
/// <param name="Searches">Domains, the first one first.</param>
/// <param name="Options">Options.</param>
internal sealed record PodDns(string[] Nameservers, string[] Searches, params string[] Options)
{
    /// <summary>That of a pod of the namespace shop whose dnsPolicy is ClusterFirst.</summary>
    public static PodDns ClusterFirst { get; } = Of("shop");

    /// <summary>That of a pod whose dnsPolicy is ClusterFirst.</summary>
    /// <param name="namespaceName">The pod's namespace.</param>
    public static PodDns Of(string namespaceName)
        => new([PodCluster.DnsAddress], [$"{namespaceName}.svc.cluster.local", "svc.cluster.local", "cluster.local"], "ndots:5");

    /// <inheritdoc/>
    public override string ToString() => string.Concat(
    [
        .. Nameservers.Select(static address => $"nameserver {address}\n"),
        $"search {string.Join(' ', Searches)}\n",
        $"options {string.Join(' ', Options)}\n",
    ]);
}
