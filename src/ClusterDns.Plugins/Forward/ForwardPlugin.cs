using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using Microsoft.Extensions.Logging;

namespace ClusterDns.Plugins.Forward;

/// <summary>Passes queries to other servers.</summary>
public sealed class ForwardPlugin : Plugin<ForwardOptions>
{
    /// <inheritdoc/>
    public override string Name => "forward";

    /// <inheritdoc/>
    public override void DeclareMetrics(MetricRegistry metrics) => _ = new ForwardMetrics(metrics);

    /// <inheritdoc/>
    protected override ForwardOptions? Parse(PluginParseContext context)
    {
        List<ForwardStanza> stanzas = [];
        foreach (DirectiveSyntax directive in context.Directives)
        {
            if (new ForwardStanzaParser(new DirectiveReader(directive, context.Diagnostics)).Parse() is { } stanza)
            {
                stanzas.Add(stanza);
            }
        }

        return stanzas.Count == context.Directives.Count ? new ForwardOptions(stanzas) : null;
    }

    /// <inheritdoc/>
    protected override void Build(ForwardOptions options, PluginBuildContext context)
    {
        ForwardMetrics metrics = new(context.Metrics);
        MalformedReplyLog malformed = new(context.TimeProvider, context.LoggerFactory.CreateLogger("plugin/forward"));
        context.ServesChaosClass = true;
        context.AddMetadata(new MetadataField("forward/upstream", static query => query.Upstream));
        foreach (ForwardStanza stanza in options.Stanzas)
        {
            IReadOnlyList<NetworkEndpoint> endpoints = UpstreamAddresses.Resolve(stanza.To, context.Files, context.Diagnostics);
            if (endpoints.Count == 0)
            {
                continue;
            }

            ForwardTarget[] targets = [.. endpoints.Select(endpoint => new ForwardTarget(GetUpstream(endpoint, stanza, context)))];
            foreach (ForwardTarget target in targets)
            {
                context.AddForwardTarget(target);
            }

            UpstreamSelector selector = new(stanza.Policy, targets.Length, context.NextSeed());
            context.AddLink(next => new ForwardHandler(next, stanza, targets, selector, metrics, context.TimeProvider, malformed));
        }
    }

    private static ForwardUpstream GetUpstream(NetworkEndpoint endpoint, ForwardStanza stanza, PluginBuildContext context)
    {
        UpstreamOptions options = UpstreamOptions.Of(endpoint, stanza);
        return context.Resources.Get(
            options, () => new ForwardUpstream(options, context.Upstreams, context.Metrics, context.TimeProvider));
    }
}
