using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Memory;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Options;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Upstreams;
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
    protected override IOptionsReader<ForwardOptions> Options => ForwardOptionsReader.Reader;

    /// <inheritdoc/>
    protected override ForwardOptions? Parse(PluginParseContext context)
    {
        ForwardOptions? options = Options.Read(context);
        for (int later = 1; later < options?.Stanzas.Count; later++)
        {
            int earlier = options.Stanzas.Take(later).ToList().FindIndex(stanza => TakesAll(stanza, options.Stanzas[later].From));
            if (earlier >= 0)
            {
                context.Diagnostics.Warning(
                    context.Directives[later].Place,
                    $"this 'forward' is never asked: the one at {context.Directives[earlier].Place} takes all names of '{options.Stanzas[later].From}'");
            }
        }

        return options;
    }

    /// <summary>Whether no query of a zone gets past a stanza.</summary>
    private static bool TakesAll(ForwardStanza stanza, Zone zone)
        => stanza.Except.Count == 0 && stanza.Next.Count == 0 && !stanza.NextOnNoData &&
            DomainName.IsSubdomainOf(zone.Wire.Span, stanza.From.Wire.Span);

    /// <inheritdoc/>
    protected override void Build(ForwardOptions options, BlockBuilder builder)
    {
        PluginEnvironment environment = builder.Environment;
        ForwardMetrics metrics = new(environment.Metrics);
        MalformedReplyLog malformed = new(environment.Time, environment.Loggers.CreateLogger("plugin/forward"));
        FlightTable flights = builder.Resources.Get(
            nameof(FlightTable), () => new FlightTable(environment.Time, environment.Guard, environment.Memory[MemoryTable.Pools]));
        builder.Offer(new ServedClass(RecordClass.CH));
        builder.Offer(new MetadataField("forward/upstream", static query => query.Upstream));
        foreach (ForwardStanza stanza in options.Stanzas)
        {
            IReadOnlyList<NetworkEndpoint> endpoints = UpstreamAddresses.Resolve(stanza.To, environment.Files, builder.Diagnostics);
            if (endpoints.Count == 0)
            {
                continue;
            }

            ForwardTarget[] targets = [.. endpoints.Select(endpoint => new ForwardTarget(GetUpstream(endpoint, stanza, builder)))];
            foreach (ForwardTarget target in targets)
            {
                builder.Offer<IForwardTarget>(target);
            }

            UpstreamSelector selector = new(stanza.Policy, targets.Length, environment.NextSeed());
            builder.Use(next => new ForwardHandler(next, stanza, targets, selector, metrics, environment.Time, malformed, flights));
        }
    }

    private static ForwardUpstream GetUpstream(NetworkEndpoint endpoint, ForwardStanza stanza, BlockBuilder builder)
    {
        PluginEnvironment environment = builder.Environment;
        UpstreamOptions options = UpstreamOptions.Of(endpoint, stanza);
        return builder.Resources.Get(
            options, () => new ForwardUpstream(options, environment.Upstreams, environment.Metrics, environment.Time, environment.Guard));
    }
}
