using System.Net;
using System.Net.NetworkInformation;
using ClusterDns.Core.Corefiles;
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
    protected override KubernetesOptions? Parse(PluginParseContext context) => new KubernetesOptionsParser(context).Parse();

    /// <inheritdoc/>
    protected override void Build(KubernetesOptions options, PluginBuildContext context)
    {
        if (GetIndex(options, context) is not { } index)
        {
            return;
        }

        context.AddReadinessCheck(new ReadinessCheck(Name, () => index.IsSynced) { Reason = () => index.UnsyncedReason });
        ZoneSet multiclusterZones = new(options.MulticlusterZones);
        KubernetesAnswerOptions answerOptions = new(
            new ZoneSet(options.Zones),
            options.Zones.FirstOrDefault(
                zone => !KubernetesOptionsParser.IsReverse(zone) && multiclusterZones.Match(zone.Wire.Span) is null),
            options.TimeToLive,
            options.Pods,
            new ZoneSet(options.Fallthrough))
        {
            IgnoresEmptyServices = options.IgnoresEmptyServices,
            IsZonal = options.IsZonal,
            MulticlusterZones = multiclusterZones,
            ImportZone = options.MulticlusterZones.FirstOrDefault(static zone => !KubernetesOptionsParser.IsReverse(zone)),
        };
        IEnumerable<IPAddress> bound = context.Listener.BindAddresses;
        IReadOnlyList<IPAddress> localAddresses =
            [.. (bound.Any() ? bound : _hostAddresses()).Where(static address => !IPAddress.IsLoopback(address))];
        context.Offer(new ClusterOffer(index, localAddresses));
        NameServerAnswer nameServer = new(
            new NameServerAddresses(index, localAddresses, options.TimeToLive, static service => service), answerOptions);
        ZoneRecords[] zones = [.. options.Zones.Distinct().Select(answerOptions.CreateRecords)];
        foreach (ZoneRecords zone in zones)
        {
            context.Offer(new ClusterZoneSource(index, zone, answerOptions, nameServer));
        }

        if (options.Pods == PodsMode.Verified)
        {
            context.Offer(new ClusterSearchPathSource(index, options.Zones));
        }

        KubernetesMetadata.AddTo(context, index, answerOptions);
        ThreadRandom random = new(context.NextSeed());
        context.AddLink(next => new KubernetesHandler(next, index, answerOptions, zones, nameServer, random));
    }

    /// <summary>What queries are answered from; null when an error was reported.</summary>
    private ClusterIndex? GetIndex(KubernetesOptions options, PluginBuildContext context)
    {
        ClusterIndexOptions held = options.Index;
        held = held with { KeepsPodLabels = held.KeepsPods && context.MetadataZones is not null };
        ILogger logger = context.LoggerFactory.CreateLogger("plugin/kubernetes");
        try
        {
            if (options.ApiServer is { } apiServer)
            {
                ApiCluster watched = ApiClusterFactory.Get(apiServer, held, context, _environment, _pings);
                context.AddService(new ApiClusterStart(watched, options.StartupTimeout, context.TimeProvider, logger));
                return watched.Index;
            }

            IReadOnlyList<string> paths = [.. options.Manifests.Select(path => context.ResolvePath(path.Text))];
            ManifestCluster read = context.Resources.Get(
                (string.Join('\n', paths), held),
                () => new ManifestCluster(paths, held, context.Files, context.TimeProvider, context.Guard, context.Memory, context.IsReload, logger));
            if (read.Missing is { } missing && !read.Index.IsSynced)
            {
                // A configuration that answers is better than one that waits.
                if (context.IsReload)
                {
                    context.Diagnostics.Error(options.Manifests[0].Place, $"manifests cannot be read: {missing}");
                    return null;
                }

                context.Diagnostics.Warning(options.Manifests[0].Place, $"names of the cluster get SERVFAIL until its manifests exist: {missing}");
            }

            return read.Index;
        }
        catch (SecondClusterException exception)
        {
            context.Diagnostics.Error(options.Place, exception.Message);
        }
        catch (ApiAccessException exception)
        {
            context.Diagnostics.Error(options.Place, $"kubernetes cannot use an API server: {exception.Message}");
        }
        catch (Exception exception) when (exception is ManifestException or IOException or UnauthorizedAccessException)
        {
            context.Diagnostics.Error(options.Manifests[0].Place, $"manifests cannot be read: {exception.Message}");
        }

        return null;
    }

    private static List<IPAddress> GetHostAddresses()
        => [.. NetworkInterface.GetAllNetworkInterfaces()
            .SelectMany(static network => network.GetIPProperties().UnicastAddresses)
            .Select(static unicast => unicast.Address)];
}
