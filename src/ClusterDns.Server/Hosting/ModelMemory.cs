using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Memory;
using ClusterDns.Server.Serving;

namespace ClusterDns.Server.Hosting;

/// <summary>
/// What a configuration takes in memory beside what its plugins reserve. A reload holds two configurations until the old one has answered its
/// last query.
/// </summary>
/// <param name="share">Where it is reserved.</param>
internal sealed class ModelMemory(MemoryShare share) : IDisposable
{
    /// <summary>What a plugin of a server block takes. Measured with <c>errors</c>, <c>cache</c>, <c>loadbalance</c> and <c>forward</c>.</summary>
    internal const long BytesPerDirective = 4 * 1024;

    /// <summary>What an open listener takes: stacks of its threads, the first batches, and its connections' bookkeeping.</summary>
    internal const long BytesPerListener = 80 * 1024;

    private long _bytes;

    /// <summary>What the plugins of a Corefile take, in bytes.</summary>
    /// <param name="document">The Corefile.</param>
    internal static long OfPlugins(CorefileDocument document) => document.Blocks.Sum(static block => block.Directives.Count) * BytesPerDirective;

    /// <summary>What a model takes, in bytes.</summary>
    /// <param name="model">The model.</param>
    internal static long Of(ServerModel model) => (model.Directives * BytesPerDirective) + (model.Listeners.Count * BytesPerListener);

    /// <summary>Reserves bytes; false, and nothing reserved, when memory does not allow it.</summary>
    /// <param name="bytes">How many more.</param>
    internal bool TryAdd(long bytes)
    {
        if (!share.TryReserve(bytes))
        {
            return false;
        }

        _bytes += bytes;
        return true;
    }

    /// <summary>Counts a model that runs.</summary>
    /// <param name="bytes">How many bytes it takes.</param>
    internal void Set(long bytes)
    {
        share.Reserve(bytes - _bytes);
        _bytes = bytes;
    }

    /// <inheritdoc/>
    public void Dispose() => Set(0);
}
