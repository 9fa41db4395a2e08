using System.Net;
using ClusterDns.Plugins.Kubernetes.Index;

namespace ClusterDns.Plugins.Kubernetes;

/// <summary>What the kubernetes plugin offers to those of its block that answer from the same cluster.</summary>
/// <param name="Index">The cluster.</param>
/// <param name="LocalAddresses">The server's own addresses, which name servers of its zones have.</param>
internal sealed record ClusterOffer(ClusterIndex Index, IReadOnlyList<IPAddress> LocalAddresses);
