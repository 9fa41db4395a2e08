using ClusterDns.Core.Memory;

namespace ClusterDns.Plugins.Kubernetes.Index;

/// <summary>
/// Counts an index in the memory budget, which never refuses it: what objects take is reckoned from their sizes. The writer's; one thread at
/// a time.
/// </summary>
/// <param name="share">The cluster's share; null to count nowhere.</param>
internal sealed class ClusterMemory(MemoryShare? share)
{
    /// <summary>A Service with its key, its entry and its place in tables.</summary>
    public const int BytesPerService = 1000;

    /// <summary>A slice with its key and its place in tables, without its endpoints.</summary>
    public const int BytesPerSlice = 1000;

    /// <summary>An endpoint with the entry of its address.</summary>
    public const int BytesPerEndpoint = 224;

    /// <summary>What a list takes beside the objects: the page that is read, and entries that it replaces.</summary>
    private const long ListBytes = 2 * 1024 * 1024;

    private const int ReplacedPart = 8;

    private long _counted;

    /// <summary>Counts the index as it is now.</summary>
    /// <param name="bytes">What it takes.</param>
    /// <param name="isListing">Whether a kind is being listed.</param>
    public void Set(long bytes, bool isListing)
    {
        long wanted = bytes + (isListing ? ListBytes + (bytes / ReplacedPart) : 0);
        if (wanted != _counted)
        {
            share?.Reserve(wanted - _counted);
            _counted = wanted;
        }
    }
}
