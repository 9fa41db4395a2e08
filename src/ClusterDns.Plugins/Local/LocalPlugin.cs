using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Options;
using ClusterDns.Core.Pipeline;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClusterDns.Plugins.Local;

/// <summary>The options of the local plugin.</summary>
/// <param name="Prefix">Whether <c>localhost</c> before any domain, as search paths make it, is the client's own host too.</param>
public sealed record LocalOptions(bool Prefix);

/// <summary>Answers names that are every host's own affair, so that they do not leave it.</summary>
public sealed class LocalPlugin : Plugin<LocalOptions>
{
    /// <inheritdoc/>
    public override string Name => "local";

    /// <inheritdoc/>
    public override DirectiveRepetition Repetition => DirectiveRepetition.All;

    /// <inheritdoc/>
    public override void DeclareMetrics(MetricRegistry metrics) => Requests(metrics);

    /// <summary>CoreDNS ignored arguments before 1.14.5.</summary>
    protected override IOptionsReader<LocalOptions> Options { get; } = new OptionsReader<LocalOptions>(new LocalOptions(Prefix: true))
        .IgnoreExtraArguments()
        .Option("localhost_prefix", Values.Choice(("on", true), ("off", false)).Default("on"), static (_, isOn) => new LocalOptions(isOn));

    /// <inheritdoc/>
    protected override void Build(LocalOptions options, PluginBuildContext context)
    {
        ILogger log = context.Debug ? context.LoggerFactory.CreateLogger("plugin/local") : NullLogger.Instance;
        context.AddLink(next => new LocalHandler(next, options, Requests(context.Metrics), log));
    }

    private static Counter Requests(MetricRegistry metrics)
        => metrics.Counter("coredns_local_localhost_requests_total", "Counter of special localhost subdomain requests.");
}
