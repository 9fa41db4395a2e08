namespace ClusterDns.Plugins.Kubernetes.Index;

/// <summary>
/// How clients outside the cluster reach a Service: a Service of its own, with the same ports, by the addresses of its load balancer and
/// nodes. Immutable.
/// </summary>
internal sealed class ExternalPart : ServicePart
{
    /// <summary>The names of its load balancer, in wire form and their own case.</summary>
    public required byte[][] Hostnames { get; init; }
}
