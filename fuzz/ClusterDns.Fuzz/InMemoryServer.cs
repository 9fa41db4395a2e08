using System.Text;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Logging;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Upstreams;
using ClusterDns.Plugins;
using ClusterDns.Server.Files;
using ClusterDns.Server.Serving;
using ClusterDns.Server.Upstreams;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClusterDns.Fuzz;

/// <summary>Builds a whole configuration from a Corefile's text, without a socket: for the fuzzer, the tests and the benchmarks.</summary>
internal static class InMemoryServer
{
    private const int Seed = 42;

    /// <summary>Builds it.</summary>
    /// <param name="corefile">The Corefile.</param>
    /// <param name="logOutput">Where lines go.</param>
    /// <param name="metrics">Where is counted.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="diagnostics">Where errors go.</param>
    /// <param name="upstreams">Makes upstreams; null for real ones with the system's clock.</param>
    /// <returns>The configuration; null when there are errors.</returns>
    public static ServerModel? TryBuild(
        string corefile,
        ILogOutput logOutput,
        MetricRegistry metrics,
        TimeProvider timeProvider,
        DiagnosticBag diagnostics,
        IUpstreamFactory? upstreams = null)
    {
        ServerEnvironment environment = new(
            PluginCatalog.Plugins,
            PluginCatalog.Order,
            new PluginEnvironment
            {
                Loggers = NullLoggerFactory.Instance,
                LogOutput = logOutput,
                Metrics = metrics,
                Time = timeProvider,
                Files = new PhysicalFileAccess(),
                Upstreams = upstreams ?? new UpstreamFactory(metrics, TimeProvider.System),
                NextSeed = static () => Seed,
            });
        CorefileDocument document = CorefileParser.Parse(
            "Corefile", Encoding.UTF8.GetBytes(corefile), new InMemoryCorefileSource(), static _ => null, diagnostics);
        return new ServerModelBuilder(environment, dnsPort: 53).Build(document, diagnostics);
    }

    /// <summary>Builds it, and gives what serves its first listener; lines go nowhere.</summary>
    /// <param name="corefile">The Corefile.</param>
    /// <param name="metrics">Where is counted.</param>
    /// <exception cref="InvalidOperationException">There are errors.</exception>
    public static IQueryPipeline Build(string corefile, MetricRegistry metrics)
    {
        DiagnosticBag diagnostics = new();
        ServerModel? model = TryBuild(corefile, NoLog.Instance, metrics, TimeProvider.System, diagnostics);
        return model is null
            ? throw new InvalidOperationException(string.Join('\n', diagnostics.Errors))
            : model.Listeners[0].Pipeline;
    }
}

/// <summary>Takes lines and forgets them.</summary>
internal sealed class NoLog : ILogOutput
{
    /// <summary>The one instance.</summary>
    public static NoLog Instance { get; } = new();

    /// <inheritdoc/>
    public bool TryWriteLine(ReadOnlySpan<byte> line) => true;
}
