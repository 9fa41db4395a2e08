using ClusterDns.Core.Pipeline;

namespace ClusterDns.Server.Serving;

/// <summary>A server block as it runs: one zone of one listener, and the chain that answers it.</summary>
/// <param name="Info">What queries may know of the block.</param>
/// <param name="Chain">The first link; null for a block without plugins, which refuses.</param>
internal sealed record Route(RouteInfo Info, PluginHandler? Chain)
{
    /// <summary>Whether the block takes a query of its zone (the view plugin); null takes all.</summary>
    public Func<Query, bool>? Predicate { get; init; }

    /// <summary>Whether queries of other classes than IN run through the chain.</summary>
    public bool ServesChaosClass { get; init; }

    /// <summary>What sees the end of the block's queries, in the order in which they see it.</summary>
    public ReadOnlyMemory<IQueryObserver> Observers { get; init; }

    /// <summary>Whether an exception out of the chain is logged with its stack trace.</summary>
    public bool StackTraces { get; init; }
}
