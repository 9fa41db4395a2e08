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
    protected override void Build(HostsOptions options, PluginBuildContext context)
    {
        HostsOptions resolved = options with { Path = context.ResolvePath(options.Path) };
        HostsFile file = context.Resources.Get(
            (context.BlockText, resolved.Path),
            () => new HostsFile(
                resolved, context.Files, context.Guard, context.Memory, context.Metrics, context.LoggerFactory.CreateLogger("plugin/hosts")));
        context.AddLink(next => new HostsHandler(next, options, file));
    }
}
