using ClusterDns.Core.Upstreams;

namespace ClusterDns.Server.Upstreams.Stream;

/// <summary>Connections to an upstream, which the upstreams of all server blocks with the same options share.</summary>
/// <param name="pool">The connections.</param>
internal sealed class StreamChannel(StreamPool pool) : IUpstreamChannel
{
    /// <inheritdoc/>
    public int MaxQueryLength => ushort.MaxValue;

    /// <inheritdoc/>
    public ValueTask<UpstreamOutcome> AskAsync(UpstreamQuery query) => pool.AskAsync(in query);
}
