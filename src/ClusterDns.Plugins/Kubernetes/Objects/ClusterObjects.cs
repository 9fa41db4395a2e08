using System.Net;

namespace ClusterDns.Plugins.Kubernetes.Objects;

/// <summary>What names an object of a namespace.</summary>
/// <param name="Namespace">The namespace; empty for objects that have none.</param>
/// <param name="Name">The object's name.</param>
internal readonly record struct ObjectKey(string Namespace, string Name);

/// <summary>What of a Namespace DNS needs.</summary>
/// <param name="Name">The namespace's name.</param>
internal sealed record NamespaceObject(string Name);

/// <summary>A port of a Service or of an EndpointSlice.</summary>
/// <param name="Name">The port's name in lower case; empty where it has none.</param>
/// <param name="Protocol">The protocol in lower case, such as <c>tcp</c>.</param>
/// <param name="Number">The port, 0 to 65535.</param>
internal readonly record struct PortObject(string Name, string Protocol, ushort Number);

/// <summary>How a Service is reached (the Kubernetes DNS specification, sections 2.3 to 2.5).</summary>
internal enum ServiceKind : byte
{
    /// <summary>By its own addresses.</summary>
    ClusterIP,

    /// <summary>By the addresses of its endpoints: <c>clusterIP: None</c>.</summary>
    Headless,

    /// <summary>By another name.</summary>
    ExternalName,
}

/// <summary>What of a Service DNS needs, or of a ServiceImport (multicluster.x-k8s.io), which says the same of a Service of other clusters.</summary>
/// <param name="Key">Namespace and name.</param>
/// <param name="Kind">How it is reached.</param>
/// <param name="ClusterIPs">Its own addresses, the primary first; none unless the kind is <see cref="ServiceKind.ClusterIP"/>.</param>
/// <param name="Ports">Its ports.</param>
/// <param name="ExternalName">The name that stands for an ExternalName Service; empty for other kinds.</param>
/// <param name="PublishNotReadyAddresses">Whether endpoints that are not ready are published too.</param>
internal sealed record ServiceObject(
    ObjectKey Key,
    ServiceKind Kind,
    IReadOnlyList<IPAddress> ClusterIPs,
    IReadOnlyList<PortObject> Ports,
    string ExternalName,
    bool PublishNotReadyAddresses)
{
    /// <summary>
    /// The addresses by which clients outside the cluster reach it: <c>spec.externalIPs</c>, and those of its load balancer
    /// (<c>status.loadBalancer.ingress</c>).
    /// </summary>
    public IReadOnlyList<IPAddress> ExternalAddresses { get; init; } = [];

    /// <summary>The names of its load balancer, where that has no address.</summary>
    public IReadOnlyList<string> ExternalHostnames { get; init; } = [];
}

/// <summary>What of a Pod DNS needs.</summary>
/// <param name="Key">Namespace and name.</param>
/// <param name="Address">Its primary address; null where it has none yet, is being deleted, or has ended: the address may be another's by now.</param>
internal sealed record PodObject(ObjectKey Key, IPAddress? Address)
{
    /// <summary>Its labels, where they are asked for.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Labels { get; init; } = [];
}

/// <summary>An endpoint of an EndpointSlice.</summary>
/// <param name="Address">Its address.</param>
/// <param name="Hostname">The Pod's hostname; empty where it has none.</param>
/// <param name="IsReady">Whether its <c>ready</c> condition is true, or absent, which means the same.</param>
/// <param name="TargetName">The name of the Pod behind it; empty where it has none.</param>
/// <param name="Zone">The topology zone it is in; empty where it is in none.</param>
internal sealed record EndpointObject(IPAddress Address, string Hostname, bool IsReady, string TargetName, string Zone);

/// <summary>An endpoint of an EndpointSlice of address type FQDN: a host that is known by its name.</summary>
/// <param name="Name">The host's name.</param>
/// <param name="Hostname">The endpoint's hostname; empty where it has none.</param>
/// <param name="IsReady">Whether its <c>ready</c> condition is true, or absent, which means the same.</param>
internal sealed record NamedEndpointObject(string Name, string Hostname, bool IsReady);

/// <summary>What of an EndpointSlice (discovery.k8s.io/v1) DNS needs.</summary>
/// <param name="Key">Namespace and name.</param>
/// <param name="ServiceName">The Service it belongs to, by its label <c>kubernetes.io/service-name</c>; empty for none.</param>
/// <param name="Ports">The ports that all its endpoints have.</param>
/// <param name="Endpoints">Its endpoints, one entry an address.</param>
internal sealed record EndpointSliceObject(
    ObjectKey Key, string ServiceName, IReadOnlyList<PortObject> Ports, IReadOnlyList<EndpointObject> Endpoints)
{
    /// <summary>The ServiceImport it belongs to, by its label <c>multicluster.kubernetes.io/service-name</c>; empty for none.</summary>
    public string ImportName { get; init; } = "";

    /// <summary>Its endpoints where its address type is FQDN; one entry a name.</summary>
    public IReadOnlyList<NamedEndpointObject> Names { get; init; } = [];

    /// <summary>The cluster its endpoints are in, by its label <c>multicluster.kubernetes.io/source-cluster</c>; empty where it does not say.</summary>
    public string SourceCluster { get; init; } = "";
}
