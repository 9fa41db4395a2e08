namespace ClusterDns.Plugins.Kubernetes.Objects;

/// <summary>Kinds of objects that a cluster's names are made of.</summary>
[Flags]
internal enum ClusterKinds : byte
{
    /// <summary>No kind.</summary>
    None = 0,

    /// <summary>Namespaces.</summary>
    Namespace = 1,

    /// <summary>Services.</summary>
    Service = 2,

    /// <summary>EndpointSlices.</summary>
    EndpointSlice = 4,

    /// <summary>Pods.</summary>
    Pod = 8,

    /// <summary>ServiceImports.</summary>
    ServiceImport = 16,
}
