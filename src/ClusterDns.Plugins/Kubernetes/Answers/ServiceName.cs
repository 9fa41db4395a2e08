namespace ClusterDns.Plugins.Kubernetes.Answers;

/// <summary>Puts the names of Services and endpoints together.</summary>
internal static class ServiceName
{
    /// <summary>Writes <c>[ENDPOINT.[CLUSTER.]]SERVICE.NAMESPACE.svc.ZONE</c>, or <c>ADDRESS.NAMESPACE.pod.ZONE</c>.</summary>
    /// <param name="endpoint">The endpoint's name within its Service, in wire form, or empty.</param>
    /// <param name="serviceKey">Service and namespace as two labels in wire form.</param>
    /// <param name="isPod">Whether the name is a Pod's.</param>
    /// <param name="zone">The zone in wire form.</param>
    /// <param name="name">Where the name is written.</param>
    /// <param name="length">How long it is.</param>
    /// <returns>False when it is longer than there is room, so that no query can ask it.</returns>
    public static bool TryWrite(
        ReadOnlySpan<byte> endpoint, ReadOnlySpan<byte> serviceKey, bool isPod, ReadOnlySpan<byte> zone, Span<byte> name, out int length)
    {
        ReadOnlySpan<byte> kind = isPod ? "\u0003pod"u8 : "\u0003svc"u8;
        length = endpoint.Length + serviceKey.Length + kind.Length + zone.Length;
        if (length > name.Length)
        {
            return false;
        }

        endpoint.CopyTo(name);
        serviceKey.CopyTo(name[endpoint.Length..]);
        kind.CopyTo(name[(endpoint.Length + serviceKey.Length)..]);
        zone.CopyTo(name[(length - zone.Length)..]);
        return true;
    }
}
