namespace ClusterDns.Plugins.Hosts;

/// <summary>A file's table does not fit into what its share of the memory budget has left.</summary>
/// <param name="read">How many bytes of the file were read.</param>
/// <param name="needed">How many bytes of memory those need.</param>
/// <param name="message">Why, and what to do.</param>
internal sealed class OutOfShareException(long read, long needed, string message) : IOException(message)
{
    /// <summary>What of an extrapolation is believed: lines differ, and a file that may fit has to be tried.</summary>
    private const double Believed = 0.75;

    /// <summary>The memory below which there is no use in reading the file again, in bytes.</summary>
    /// <param name="length">The file's length in bytes.</param>
    public long EstimateFor(long length) => Math.Max(needed, (long)((double)needed / Math.Max(1, read) * length * Believed));
}
