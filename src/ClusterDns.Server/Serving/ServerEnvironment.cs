using ClusterDns.Core.Execution;
using ClusterDns.Core.Logging;
using ClusterDns.Core.Memory;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Resources;
using ClusterDns.Core.Upstreams;
using Microsoft.Extensions.Logging;

namespace ClusterDns.Server.Serving;

/// <summary>What a configuration is built against: the world outside, injected.</summary>
/// <param name="Plugins">The plugins that are built, by name.</param>
/// <param name="PluginOrder">The names of all plugins, in running order.</param>
/// <param name="LoggerFactory">Makes loggers.</param>
/// <param name="LogOutput">Takes lines that plugins format themselves.</param>
/// <param name="Metrics">The process's metrics.</param>
/// <param name="TimeProvider">The clock.</param>
/// <param name="Files">Files and folders.</param>
/// <param name="Upstreams">Makes upstreams.</param>
/// <param name="NextSeed">Seeds for randomness.</param>
internal sealed record ServerEnvironment(
    IReadOnlyDictionary<string, IPlugin> Plugins,
    IReadOnlyList<string> PluginOrder,
    ILoggerFactory LoggerFactory,
    ILogOutput LogOutput,
    MetricRegistry Metrics,
    TimeProvider TimeProvider,
    IFileAccess Files,
    IUpstreamFactory Upstreams,
    Func<int> NextSeed)
{
    /// <summary>What configurations hand on from one to the next.</summary>
    public SharedResources Resources { get; } = new();

    /// <summary>Makes queries that outlive the client that began them.</summary>
    public IQueryFactory Queries
    {
        get => field ??= new QueryFactory(QueryFactory.DefaultLimit, places: null, Metrics, TimeProvider, LoggerFactory.CreateLogger("server"));
        init;
    }

    /// <summary>Starts background work.</summary>
    public CallbackGuard Guard
    {
        get => field ??= new CallbackGuard(Metrics, TimeProvider, LoggerFactory.CreateLogger("callbacks"));
        init;
    }

    /// <summary>What the process may hold in memory.</summary>
    public MemoryBudget Memory { get; init; } = MemoryBudget.CreateUnlimited();

    /// <summary>Runs what starts a child process, so that the child inherits what this process was started with.</summary>
    public Action<Action> StartChild { get; init; } = static start => start();

    /// <summary>Stops the process with exit code 1.</summary>
    public Action RequestStop { get; init; } = static () => { };
}
