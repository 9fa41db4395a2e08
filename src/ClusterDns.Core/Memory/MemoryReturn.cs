namespace ClusterDns.Core.Memory;

/// <summary>
/// Asks the collector to look at the whole heap after much garbage was made at once, since a server at rest allocates too little to make it
/// do so by itself. The collection runs beside the queries: nothing waits for it.
/// </summary>
public static class MemoryReturn
{
    /// <summary>Less garbage is not worth a collection, in bytes.</summary>
    public const long LeastBytes = 4 * 1024 * 1024;

    /// <summary>Asks for a collection in the background.</summary>
    /// <param name="bytes">How many bytes became garbage, near enough; below <see cref="LeastBytes"/> nothing happens.</param>
    public static void Request(long bytes)
    {
        if (bytes >= LeastBytes)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: false, compacting: false);
        }
    }
}
