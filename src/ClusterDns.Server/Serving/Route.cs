using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Pipeline;

namespace ClusterDns.Server.Serving;

/// <summary>One zone of one listener, or the part of it that a view takes, and the chain that answers it.</summary>
/// <param name="Info">What queries may know of the route.</param>
/// <param name="Chain">The first link; null for a server block without plugins, which refuses.</param>
internal sealed record Route(RouteInfo Info, PluginHandler? Chain)
{
    private int _hasFailed;

    /// <summary>The zone as the server block names it: plugins for the same zone know it by reference. Null in tests.</summary>
    public Zone? Zone { get; init; }

    /// <summary>Whether the route takes a query of its zone; null takes all.</summary>
    public Func<Query, bool>? Predicate { get; init; }

    /// <summary>What its queries carry for plugins to read, from before the predicate is asked; null for nothing.</summary>
    public RouteMetadata? Metadata { get; init; }

    /// <summary>Whether queries of other classes than IN run through the chain.</summary>
    public bool ServesChaosClass { get; init; }

    /// <summary>What sees the route's queries, in the order in which they see them.</summary>
    public ReadOnlyMemory<IQueryObserver> Observers { get; init; }

    /// <summary>What changes the bytes of the route's responses, in the order in which they are asked.</summary>
    public ReadOnlyMemory<IResponseSeal> Seals { get; init; }

    /// <summary>Whether an exception out of the chain is logged with its stack trace.</summary>
    public bool StackTraces { get; init; }

    /// <summary>Notes that the predicate has thrown an exception; whether it is the first time.</summary>
    public bool MarkPredicateFailed() => Interlocked.Exchange(ref _hasFailed, 1) == 0;
}
