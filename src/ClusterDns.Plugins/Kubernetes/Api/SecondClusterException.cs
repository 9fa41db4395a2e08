using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using ClusterDns.Core.Memory;

namespace ClusterDns.Plugins.Kubernetes.Api;

/// <summary>A reload asks for the cluster with other options, and memory does not allow to hold it twice until the old configuration ends.</summary>
[SuppressMessage("Design", "CA1032", Justification = "Its message is always about a second copy of the cluster.")]
internal sealed class SecondClusterException(string message) : Exception(message)
{
    private const long MiB = 1024 * 1024;

    /// <summary>Throws when there is no room for a second cluster of the size of the first.</summary>
    /// <param name="memory">The memory budget.</param>
    public static void ThrowIfNoRoom(MemoryBudget memory)
    {
        long bytes = memory[MemoryTable.Cluster].Used;
        if (!memory[MemoryTable.Files].HasRoomFor(bytes))
        {
            throw new SecondClusterException(string.Create(
                CultureInfo.InvariantCulture,
                $"the changed options need a second copy of the cluster of about {(bytes + MiB - 1) / MiB} MiB until the old configuration ends, more than the memory limit of {memory.Limit} bytes allows: raise the limit, or restart the server"));
        }
    }
}
