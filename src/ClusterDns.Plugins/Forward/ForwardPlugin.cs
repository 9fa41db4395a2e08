using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Memory;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Forward.Sharing;
using Microsoft.Extensions.Logging;

namespace ClusterDns.Plugins.Forward;

/// <summary>Passes queries to other servers.</summary>
public sealed class ForwardPlugin : Plugin<ForwardOptions>
{
    /// <inheritdoc/>
    public override string Name => "forward";

    /// <inheritdoc/>
    public override DirectiveRepetition Repetition => DirectiveRepetition.All;

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

        if (stanzas.Count < context.Directives.Count)
        {
            return null;
        }

        for (int later = 1; later < stanzas.Count; later++)
        {
            int earlier = stanzas.FindIndex(0, later, candidate => TakesAll(candidate, stanzas[later].From));
            if (earlier >= 0)
            {
                context.Diagnostics.Warning(
                    context.Directives[later].Place,
                    $"this 'forward' is never asked: the one at {context.Directives[earlier].Place} takes all names of '{stanzas[later].From}'");
            }
        }

        return new ForwardOptions(stanzas);
    }

    /// <summary>Whether no query of a zone gets past a stanza.</summary>
    private static bool TakesAll(ForwardStanza stanza, Zone zone)
        => stanza.Except.Count == 0 && stanza.Next.Count == 0 && !stanza.NextOnNoData &&
            DomainName.IsSubdomainOf(zone.Wire.Span, stanza.From.Wire.Span);

    /// <inheritdoc/>
    protected override void Build(ForwardOptions options, PluginBuildContext context)
    {
        ForwardMetrics metrics = new(context.Metrics);
        MalformedReplyLog malformed = new(context.TimeProvider, context.LoggerFactory.CreateLogger("plugin/forward"));
        FlightTable flights = context.Resources.Get(
            nameof(FlightTable), () => new FlightTable(context.TimeProvider, context.Guard, context.Memory[MemoryTable.Pools]));
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
            context.AddLink(next => new ForwardHandler(next, stanza, targets, selector, metrics, context.TimeProvider, malformed, flights));
        }
    }

    private static ForwardUpstream GetUpstream(NetworkEndpoint endpoint, ForwardStanza stanza, PluginBuildContext context)
    {
        UpstreamOptions options = UpstreamOptions.Of(endpoint, stanza);
        return context.Resources.Get(
            options, () => new ForwardUpstream(options, context.Upstreams, context.Metrics, context.TimeProvider, context.Guard));
    }
}
