using System.Net;
using System.Net.NetworkInformation;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Options;
using ClusterDns.Core.Pipeline;
using ClusterDns.Plugins.Common;
using ClusterDns.Plugins.Kubernetes.Answers;
using ClusterDns.Plugins.Kubernetes.Api;
using ClusterDns.Plugins.Kubernetes.Api.Access;
using ClusterDns.Plugins.Kubernetes.Api.Http;
using ClusterDns.Plugins.Kubernetes.Index;
using ClusterDns.Plugins.Kubernetes.Manifests;
using ClusterDns.Plugins.Kubernetes.Options;
using ClusterDns.Plugins.Kubernetes.Transfer;
using Microsoft.Extensions.Logging;

namespace ClusterDns.Plugins.Kubernetes;

/// <summary>Answers the names of a Kubernetes cluster, as the Kubernetes DNS specification 1.1.0 has them.</summary>
public sealed class KubernetesPlugin : Plugin<KubernetesOptions>
{
    private readonly Func<IReadOnlyList<IPAddress>> _hostAddresses;
    private readonly Func<string, string?> _environment;
    private readonly ConnectionPings _pings;

    /// <summary>The plugin, with the addresses and the environment variables of this process.</summary>
    public KubernetesPlugin()
        : this(GetHostAddresses, Environment.GetEnvironmentVariable)
    {
    }

    internal KubernetesPlugin(
        Func<IReadOnlyList<IPAddress>> hostAddresses, Func<string, string?>? environment = null, ConnectionPings? pings = null)
    {
        _pings = pings ?? ConnectionPings.Default;
        _hostAddresses = hostAddresses;
        _environment = environment ?? (static _ => null);
    }

    /// <inheritdoc/>
    public override string Name => "kubernetes";

    /// <inheritdoc/>
    public override DirectiveRepetition Repetition => DirectiveRepetition.Once;

    /// <inheritdoc/>
    protected override IOptionsReader<KubernetesOptions> Options => KubernetesOptionsReader.Reader;

    /// <inheritdoc/>
    protected override void Build(KubernetesOptions options, BlockBuilder builder)
    {
        builder.Offer(wiring => OpenCluster(options, wiring) is { } cluster ? CreateServing(options, cluster, wiring) : null);
        builder.Offer(static wiring => Serving(wiring)?.Offer);
        builder.Offer(wiring => Serving(wiring)?.Index is { } index
            ? new ReadinessCheck(Name, () => index.IsSynced) { Reason = () => index.UnsyncedReason }
            : null);
        builder.OfferAll<IZoneSource>(static wiring => Serving(wiring) is { } serving
            ? serving.Zones.Select(zone => new ClusterZoneSource(serving.Index, zone, serving.Options, serving.NameServer))
            : []);
        if (options.Pods == PodsMode.Verified)
        {
            builder.Offer<ISearchPathSource>(
                wiring => Serving(wiring) is { } serving ? new ClusterSearchPathSource(serving.Index, options.Zones) : null);
        }

        builder.OfferAll(static wiring =>
            Serving(wiring) is { } serving ? KubernetesMetadata.CreateFields(serving.Index, serving.Options) : []);
        builder.OfferAll(static wiring =>
            Serving(wiring) is { } serving ? KubernetesMetadata.CreateGroups(serving.Index, serving.Options) : []);
        builder.Run(static wiring => Serving(wiring)?.Start);
        builder.Use(static (next, wiring) => Serving(wiring) is { } serving
            ? new KubernetesHandler(
                next, serving.Index, serving.Options, serving.Zones, serving.NameServer, new ThreadRandom(wiring.Environment.NextSeed()))
            : next);
    }

    private static ClusterServing? Serving(BlockWiring wiring) => wiring.SingleOrDefault<ClusterServing>();

    private ClusterServing CreateServing(KubernetesOptions options, OpenedCluster cluster, BlockWiring wiring)
    {
        ZoneSet multiclusterZones = new(options.MulticlusterZones);
        KubernetesAnswerOptions answerOptions = new(
            new ZoneSet(options.Zones),
            options.Zones.FirstOrDefault(
                zone => !KubernetesOptions.IsReverse(zone) && multiclusterZones.Match(zone.Wire.Span) is null),
            options.TimeToLive,
            options.Pods,
            new ZoneSet(options.Fallthrough))
        {
            IgnoresEmptyServices = options.IgnoresEmptyServices,
            IsZonal = options.IsZonal,
            MulticlusterZones = multiclusterZones,
            ImportZone = options.MulticlusterZones.FirstOrDefault(static zone => !KubernetesOptions.IsReverse(zone)),
        };
        IReadOnlyList<IPAddress> bound = wiring.SingleOrDefault<BoundAddresses>()?.Addresses ?? [];
        IReadOnlyList<IPAddress> localAddresses =
            [.. (bound.Count > 0 ? bound : _hostAddresses()).Where(static address => !IPAddress.IsLoopback(address))];
        return new ClusterServing(
            cluster,
            answerOptions,
            [.. options.Zones.Distinct().Select(answerOptions.CreateRecords)],
            new NameServerAnswer(
                new NameServerAddresses(cluster.Index, localAddresses, options.TimeToLive, static service => service), answerOptions),
            new ClusterOffer(cluster.Index, localAddresses));
    }

    /// <summary>The cluster to answer from; null when an error was reported.</summary>
    private OpenedCluster? OpenCluster(KubernetesOptions options, BlockWiring wiring)
    {
        PluginEnvironment environment = wiring.Environment;
        ClusterIndexOptions held = options.Index;
        held = held with { KeepsPodLabels = held.KeepsPods && wiring.MetadataZones is not null };
        ILogger logger = environment.Loggers.CreateLogger("plugin/kubernetes");
        try
        {
            if (options.ApiServer is { } apiServer)
            {
                ApiCluster watched = ApiClusterFactory.Get(apiServer, held, wiring, _environment, _pings);
                return new OpenedCluster(watched.Index, new ApiClusterStart(watched, options.StartupTimeout, environment.Time, logger));
            }

            IReadOnlyList<string> paths = [.. options.Manifests.Select(path => wiring.ResolvePath(path.Text))];
            ManifestCluster read = wiring.Resources.Get(
                (string.Join('\n', paths), held),
                () => new ManifestCluster(
                    paths, held, environment.Files, environment.Time, environment.Guard, environment.Memory, environment.IsReload, logger));
            if (read.Missing is { } missing && !read.Index.IsSynced)
            {
                // A configuration that answers is better than one that waits.
                if (environment.IsReload)
                {
                    wiring.Diagnostics.Error(options.Manifests[0].Place, $"manifests cannot be read: {missing}");
                    return null;
                }

                wiring.Diagnostics.Warning(options.Manifests[0].Place, $"names of the cluster get SERVFAIL until its manifests exist: {missing}");
            }

            return new OpenedCluster(read.Index, Start: null);
        }
        catch (SecondClusterException exception)
        {
            wiring.Diagnostics.Error(options.Place, exception.Message);
        }
        catch (ApiAccessException exception)
        {
            wiring.Diagnostics.Error(options.Place, $"kubernetes cannot use an API server: {exception.Message}");
        }
        catch (Exception exception) when (exception is ManifestException or IOException or UnauthorizedAccessException)
        {
            wiring.Diagnostics.Error(options.Manifests[0].Place, $"manifests cannot be read: {exception.Message}");
        }

        return null;
    }

    private static List<IPAddress> GetHostAddresses()
        => [.. NetworkInterface.GetAllNetworkInterfaces()
            .SelectMany(static network => network.GetIPProperties().UnicastAddresses)
            .Select(static unicast => unicast.Address)];

    /// <summary>A cluster and what waits for it at start, if anything does.</summary>
    private sealed record OpenedCluster(ClusterIndex Index, IHostService? Start);

    /// <summary>What the plugin's link and its offers answer from.</summary>
    private sealed record ClusterServing(
        OpenedCluster Cluster, KubernetesAnswerOptions Options, ZoneRecords[] Zones, NameServerAnswer NameServer, ClusterOffer Offer)
    {
        public ClusterIndex Index => Cluster.Index;

        public IHostService? Start => Cluster.Start;
    }
}
