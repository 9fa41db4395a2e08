using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;

namespace ClusterDns.Plugins.Loadbalance;

/// <summary>Puts the records of a response into another order, in place and without allocating.</summary>
internal interface IOrderPolicy
{
    /// <summary>Puts the records into another order.</summary>
    /// <param name="query">The query with its response.</param>
    void Arrange(Query query);
}

/// <summary>Changes the order of the records of answers on their way up.</summary>
/// <param name="next">The link below.</param>
/// <param name="policy">Says which order.</param>
/// <param name="preference">Has the last word; null for none.</param>
internal sealed class LoadbalanceHandler(PluginHandler next, IOrderPolicy policy, SubnetPreference? preference) : ResponseHandler(next)
{
    /// <inheritdoc/>
    public override string Name => "loadbalance";

    /// <inheritdoc/>
    protected override void After(Query query)
    {
        if (query.Response.Status == ResponseStatus.Answered &&
            query.Response.Code == ResponseCode.NoError &&
            query.Type is not (RecordType.AXFR or RecordType.IXFR))
        {
            policy.Arrange(query);
            preference?.Arrange(query.Response);
        }
    }
}
