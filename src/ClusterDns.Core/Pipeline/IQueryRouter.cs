namespace ClusterDns.Core.Pipeline;

/// <summary>Finds the server block of a query that a link asks in order to answer another, and runs its chain.</summary>
internal interface IQueryRouter
{
    /// <summary>Answers an internal query as one of a client's at the same listener. Never throws.</summary>
    /// <param name="query">What <see cref="InternalQuery.TryCreate"/> made.</param>
    /// <returns>Completes when the query's response is settled; a name of no server block is REFUSED.</returns>
    ValueTask RouteAsync(Query query);
}
