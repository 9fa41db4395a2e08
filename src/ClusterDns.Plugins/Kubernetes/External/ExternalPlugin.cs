using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Options;
using ClusterDns.Core.Pipeline;
using ClusterDns.Plugins.Common;
using ClusterDns.Plugins.Kubernetes.Answers;
using ClusterDns.Plugins.Kubernetes.Index;

namespace ClusterDns.Plugins.Kubernetes.External;

/// <summary>Answers names of a cluster's Services for clients outside of it, by the addresses that those can reach.</summary>
public sealed class ExternalPlugin : Plugin<ExternalOptions>
{
    /// <inheritdoc/>
    public override string Name => "k8s_external";

    /// <inheritdoc/>
    public override DirectiveRepetition Repetition => DirectiveRepetition.All;

    /// <inheritdoc/>
    protected override IOptionsReader<ExternalOptions> Options => ExternalOptionsReader.Reader;

    /// <inheritdoc/>
    protected override void Build(ExternalOptions options, BlockBuilder builder)
    {
        builder.Offer(wiring => Create(options, wiring));
        builder.OfferAll<IZoneSource>(wiring => wiring.SingleOrDefault<ExternalServing>() is { } serving
            ? serving.Zones
                .Where(static zone => !zone.IsReverse)
                .Select(zone => new ExternalZoneSource(serving.Index, zone, options, serving.NameServer))
            : []);
        builder.Use((next, wiring) => wiring.SingleOrDefault<ExternalServing>() is { } serving
            ? new ExternalHandler(
                next, serving.Index, options, serving.Zones, serving.NameServer, new ThreadRandom(wiring.Environment.NextSeed()))
            : next);
    }

    private static ExternalServing? Create(ExternalOptions options, BlockWiring wiring)
    {
        if (wiring.SingleOrDefault<ClusterOffer>() is { } cluster)
        {
            return new ExternalServing(
                cluster.Index,
                [.. options.Zones.Distinct().Select(zone => ExternalZone.Create(zone, options))],
                ExternalZone.CreateNameServer(cluster, options));
        }

        // Where kubernetes is there and could not be built, that has been reported.
        if (!wiring.Diagnostics.HasErrors)
        {
            wiring.Diagnostics.Error(options.Place, "k8s_external needs the cluster of kubernetes: expected kubernetes in the same server block");
        }

        return null;
    }

    /// <summary>What the plugin's link and its zone sources answer from.</summary>
    private sealed record ExternalServing(ClusterIndex Index, ZoneRecords[] Zones, NameServerAddresses NameServer);
}
