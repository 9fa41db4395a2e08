using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Pipeline;
using ClusterDns.Plugins.Common;
using ClusterDns.Plugins.Kubernetes.Answers;

namespace ClusterDns.Plugins.Kubernetes.External;

/// <summary>Answers names of a cluster's Services for clients outside of it, by the addresses that those can reach.</summary>
public sealed class ExternalPlugin : Plugin<ExternalOptions>
{
    /// <inheritdoc/>
    public override string Name => "k8s_external";

    /// <inheritdoc/>
    public override DirectiveRepetition Repetition => DirectiveRepetition.All;

    /// <inheritdoc/>
    protected override ExternalOptions? Parse(PluginParseContext context) => new ExternalOptionsParser(context).Parse();

    /// <inheritdoc/>
    protected override void Build(ExternalOptions options, PluginBuildContext context)
        => context.AddLink(next => Create(next, options, context));

    /// <summary>The cluster is known when the links are made: the kubernetes plugin stands below, and builds later.</summary>
    private static PluginHandler Create(PluginHandler next, ExternalOptions options, PluginBuildContext context)
    {
        if (context.GetOffers<ClusterOffer>().FirstOrDefault() is not { } cluster)
        {
            // Where kubernetes is there and could not be built, that has been said.
            if (!context.Diagnostics.HasErrors)
            {
                context.Diagnostics.Error(options.Place, "k8s_external answers from the cluster of kubernetes, expected kubernetes in the same server block");
            }

            return next;
        }

        ZoneRecords[] zones = [.. options.Zones.Distinct().Select(zone => ExternalZone.Create(zone, options))];
        NameServerAddresses addresses = ExternalZone.CreateNameServer(cluster, options);
        foreach (ZoneRecords zone in zones.Where(static zone => !zone.IsReverse))
        {
            context.Offer(new ExternalZoneSource(cluster.Index, zone, options, addresses));
        }

        return new ExternalHandler(next, cluster.Index, options, zones, addresses, new ThreadRandom(context.NextSeed()));
    }
}
