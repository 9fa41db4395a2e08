namespace ClusterDns.Core.Pipeline;

/// <summary>
/// Something that a query's response points into, and that is released when the query is over: see
/// <see cref="Query.Hold"/>.
/// </summary>
public abstract class QueryResource
{
    /// <summary>The one that the query took hold of before.</summary>
    internal QueryResource? NextHeld { get; set; }

    /// <summary>Releases it. Called once for each time it was taken out of its pool.</summary>
    public abstract void Release();
}
