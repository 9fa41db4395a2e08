using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;

namespace ClusterDns.Plugins.LoopDetection;

/// <summary>Notices probes that come back. They end here, so that a loop turns once and no more.</summary>
/// <param name="next">The link below.</param>
/// <param name="probe">Knows the probes.</param>
internal sealed class LoopHandler(PluginHandler next, LoopProbe probe) : PluginHandler(next)
{
    /// <inheritdoc/>
    public override string Name => "loop";

    /// <inheritdoc/>
    public override ValueTask ServeAsync(Query query)
    {
        if (query.Type == RecordType.HINFO && probe.TryTake(query))
        {
            query.Response.Fail(Name, ResponseCode.Refused, failure: null);
            return ValueTask.CompletedTask;
        }

        return NextAsync(query);
    }
}
