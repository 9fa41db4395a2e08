namespace ClusterDns.Core.Pipeline;

/// <summary>Makes queries that no client waits for, or that outlive the client that began them: refreshes, shared upstream queries.</summary>
public interface IQueryFactory
{
    /// <summary>Begins a query that asks upstreams exactly what another asks, EDNS options included.</summary>
    /// <param name="origin">The query whose request, addresses, server block and metadata it takes.</param>
    /// <returns>The query, for <see cref="BackgroundQuery.Start"/>; null, and counted, when there are as many as may be.</returns>
    BackgroundQuery? TryBegin(Query origin);

    /// <summary>Begins a query of class IN for another name and type, with the flags and EDNS fields of another.</summary>
    /// <param name="origin">The query whose addresses, server block and metadata it takes.</param>
    /// <param name="name">The name in wire form.</param>
    /// <param name="type">The type.</param>
    /// <returns>The query, for <see cref="BackgroundQuery.Start"/>; null, and counted, when there are as many as may be.</returns>
    BackgroundQuery? TryBegin(Query origin, ReadOnlySpan<byte> name, Wire.RecordType type);
}

/// <summary>The places of queries that wait, as queries without a client take them.</summary>
public interface IWaitPlaces
{
    /// <summary>Takes a place, on behalf of a client; false, and counted, when there is none.</summary>
    /// <param name="client">The client that needs the query.</param>
    bool TryEnter(in NetworkEndpoint client);

    /// <summary>Gives the place back.</summary>
    void Leave();
}
