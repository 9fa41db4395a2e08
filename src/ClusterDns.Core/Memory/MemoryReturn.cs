namespace ClusterDns.Core.Memory;

/// <summary>
/// Asks the collector to look at the whole heap after much garbage was made at once, since a server at rest allocates too little to make it
/// do so by itself.
/// </summary>
public static class MemoryReturn
{
    /// <summary>Less garbage is not worth a collection, in bytes.</summary>
    public const long LeastBytes = 4 * 1024 * 1024;

    /// <summary>
    /// Compacts the heap and returns what is free to the system. Everything waits for it, so it is for a process that does not serve yet:
    /// what reading a cluster leaves behind lies between the objects that stay, and no collection in the background moves those.
    /// </summary>
    public static void Compact()
    {
        if (GC.GetTotalAllocatedBytes() >= LeastBytes)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        }
    }

    /// <summary>Asks for a collection in the background, beside the queries: nothing waits for it.</summary>
    /// <param name="bytes">How many bytes became garbage, near enough; below <see cref="LeastBytes"/> nothing happens.</param>
    public static void Request(long bytes)
    {
        if (bytes >= LeastBytes)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: false, compacting: false);
        }
    }
}
