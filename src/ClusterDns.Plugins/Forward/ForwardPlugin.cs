using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Pipeline;

namespace ClusterDns.Plugins.Forward;

/// <summary>Passes queries to other servers.</summary>
public sealed class ForwardPlugin : Plugin<ForwardOptions>
{
    /// <inheritdoc/>
    public override string Name => "forward";

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
        context.ServesChaosClass = true;
        context.AddMetadata(new MetadataField("forward/upstream", static query => query.Upstream));
        foreach (ForwardStanza stanza in options.Stanzas)
        {
            IReadOnlyList<NetworkEndpoint> endpoints = UpstreamAddresses.Resolve(stanza.To, context.Files, context.Diagnostics);
            if (endpoints.Count == 0)
            {
                continue;
            }

            ForwardUpstream[] upstreams =
            [
                .. endpoints.Select(endpoint => new ForwardUpstream(
                    context.Upstreams.Open(endpoint, stanza.Expire, stanza.MaxAge),
                    stanza,
                    new UpstreamMetrics(context.Metrics, endpoint.ToString()),
                    context.TimeProvider)),
            ];
            foreach (ForwardUpstream upstream in upstreams)
            {
                context.AddForwardTarget(upstream);
            }

            UpstreamSelector selector = new(stanza.Policy, upstreams.Length, context.NextSeed());
            context.AddService(new UpstreamService(upstreams));
            context.AddLink(next => new ForwardHandler(next, stanza, upstreams, selector, metrics, context.TimeProvider));
        }
    }

    private sealed class UpstreamService(ForwardUpstream[] upstreams) : IHostService
    {
        public ValueTask StartAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public async ValueTask StopAsync(CancellationToken cancellationToken)
        {
            foreach (ForwardUpstream upstream in upstreams)
            {
                await upstream.DisposeAsync();
            }
        }
    }
}
