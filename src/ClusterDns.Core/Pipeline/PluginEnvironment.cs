using ClusterDns.Core.Execution;
using ClusterDns.Core.Logging;
using ClusterDns.Core.Memory;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Upstreams;
using Microsoft.Extensions.Logging;

namespace ClusterDns.Core.Pipeline;

/// <summary>What the process gives to the plugins of a configuration. All server blocks have the same one.</summary>
public sealed record PluginEnvironment
{
    /// <summary>Makes loggers; a plugin names its category <c>plugin/NAME</c>.</summary>
    public required ILoggerFactory Loggers { get; init; }

    /// <summary>Takes whole lines that a plugin formats itself.</summary>
    public required ILogOutput LogOutput { get; init; }

    /// <summary>The process's metrics.</summary>
    public required MetricRegistry Metrics { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Files and folders.</summary>
    public required IFileAccess Files { get; init; }

    /// <summary>Makes upstreams.</summary>
    public required IUpstreamFactory Upstreams { get; init; }

    /// <summary>Gives a seed for a plugin's randomness, different at every start unless a test fixes it.</summary>
    public required Func<int> NextSeed { get; init; }

    /// <summary>Starts timers, loops and tasks, so that no exception escapes from one.</summary>
    public CallbackGuard Guard
    {
        get => field ??= new CallbackGuard(Metrics, Time, Loggers.CreateLogger("callbacks"));
        init;
    }

    /// <summary>Makes queries that outlive the client that began them.</summary>
    public IQueryFactory Queries
    {
        get => field ??= new QueryFactory(QueryFactory.DefaultLimit, places: null, Metrics, Time, Loggers.CreateLogger("server"));
        init;
    }

    /// <summary>What the process may hold in memory: a plugin that keeps more than a little reserves it there.</summary>
    public MemoryBudget Memory { get; init; } = MemoryBudget.CreateUnlimited();

    /// <summary>
    /// Runs an action that starts a child process, so that the child inherits the limits that this process was started with. The action
    /// returns as soon as the child runs.
    /// </summary>
    public Action<Action> StartChild { get; init; } = static start => start();

    /// <summary>Stops the process with exit code 1, after a failure that the plugin has logged.</summary>
    public Action RequestStop { get; init; } = static () => { };

    /// <summary>The readiness of the whole configuration.</summary>
    public Readiness Readiness { get; init; } = new();

    /// <summary>Whether another configuration is running, and stays when this one has errors.</summary>
    public bool IsReload { get; init; }

    /// <summary>The same services for a new configuration.</summary>
    /// <param name="isReload">Whether another configuration is running.</param>
    internal PluginEnvironment ForConfiguration(bool isReload)
        => this with { Guard = Guard, Queries = Queries, Readiness = new Readiness(), IsReload = isReload };
}
