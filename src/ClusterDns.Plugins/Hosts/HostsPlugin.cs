using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Options;
using ClusterDns.Core.Pipeline;
using Microsoft.Extensions.Logging;

namespace ClusterDns.Plugins.Hosts;

/// <summary>Answers from a file like <c>/etc/hosts</c>, and from such lines in the Corefile.</summary>
public sealed class HostsPlugin : Plugin<HostsOptions>
{
    /// <inheritdoc/>
    public override string Name => "hosts";

    /// <inheritdoc/>
    public override DirectiveRepetition Repetition => DirectiveRepetition.Once;

    /// <inheritdoc/>
    public override void DeclareMetrics(MetricRegistry metrics) => HostsFile.ReloadTime(metrics);

    /// <inheritdoc/>
    protected override IOptionsReader<HostsOptions> Options => HostsOptionsReader.Reader;

    /// <inheritdoc/>
    protected override void Build(HostsOptions options, BlockBuilder builder)
        => builder.Use((next, wiring) => new HostsHandler(next, options, GetFile(options, wiring)));

    private static HostsFile GetFile(HostsOptions options, BlockWiring wiring)
    {
        PluginEnvironment environment = wiring.Environment;
        HostsOptions resolved = options with { Path = wiring.ResolvePath(options.Path) };
        return wiring.Resources.Get(
            (wiring.Block.Fingerprint, resolved.Path),
            () => new HostsFile(
                resolved, environment.Files, environment.Guard, environment.Memory, environment.Metrics, environment.Loggers.CreateLogger("plugin/hosts")));
    }
}
