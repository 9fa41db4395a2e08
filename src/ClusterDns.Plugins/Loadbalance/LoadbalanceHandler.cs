using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;

namespace ClusterDns.Plugins.Loadbalance;

/// <summary>Shuffles the records of answers on their way up.</summary>
/// <param name="next">The link below.</param>
/// <param name="shuffler">Shuffles.</param>
internal sealed class LoadbalanceHandler(PluginHandler next, RecordShuffler shuffler) : SurroundingHandler(next)
{
    /// <inheritdoc/>
    public override string Name => "loadbalance";

    /// <inheritdoc/>
    protected override void After(QueryContext context)
    {
        Response response = context.Response;
        if (response.Status == ResponseStatus.Answered &&
            response.Code == ResponseCode.NoError &&
            context.Type is not (RecordType.AXFR or RecordType.IXFR))
        {
            shuffler.Shuffle(response.Answers.Span);
            shuffler.Shuffle(response.Authority.Span);
            shuffler.Shuffle(response.Additional.Span);
        }
    }
}
