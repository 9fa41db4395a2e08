using System.Net;
using System.Net.NetworkInformation;
using ClusterDns.Core.Pipeline;
using ClusterDns.Plugins.Common;
using ClusterDns.Plugins.Kubernetes.Answers;
using ClusterDns.Plugins.Kubernetes.Index;
using ClusterDns.Plugins.Kubernetes.Manifests;
using ClusterDns.Plugins.Kubernetes.Options;
using Microsoft.Extensions.Logging;

namespace ClusterDns.Plugins.Kubernetes;

/// <summary>Answers the names of a Kubernetes cluster, as the Kubernetes DNS specification 1.1.0 has them.</summary>
public sealed class KubernetesPlugin : Plugin<KubernetesOptions>
{
    private readonly Func<IReadOnlyList<IPAddress>> _hostAddresses;

    /// <summary>The plugin, with the addresses of this host.</summary>
    public KubernetesPlugin()
        : this(GetHostAddresses)
    {
    }

    internal KubernetesPlugin(Func<IReadOnlyList<IPAddress>> hostAddresses) => _hostAddresses = hostAddresses;

    /// <inheritdoc/>
    public override string Name => "kubernetes";

    /// <inheritdoc/>
    protected override KubernetesOptions? Parse(PluginParseContext context) => new KubernetesOptionsParser(context).Parse();

    /// <inheritdoc/>
    protected override void Build(KubernetesOptions options, PluginBuildContext context)
    {
        ClusterIndexOptions indexOptions = new(KeepsPods: options.Pods == PodsMode.Verified, options.EndpointPodNames);
        IReadOnlyList<string> paths = [.. options.Manifests.Select(path => context.ResolvePath(path.Text))];
        ManifestCluster cluster;
        try
        {
            cluster = context.Resources.Get(
                (string.Join('\n', paths), indexOptions),
                () => new ManifestCluster(paths, indexOptions, context.Files, context.TimeProvider, context.LoggerFactory.CreateLogger("plugin/kubernetes")));
        }
        catch (Exception exception) when (exception is ManifestException or IOException or UnauthorizedAccessException)
        {
            context.Diagnostics.Error(options.Manifests[0].Place, $"manifests cannot be read: {exception.Message}");
            return;
        }

        ClusterIndex index = cluster.Index;
        context.AddReadinessCheck(new ReadinessCheck(Name, () => index.IsSynced));
        KubernetesAnswerOptions answerOptions = new(
            new ZoneSet(options.Zones),
            options.Zones.First(static zone => !KubernetesOptionsParser.IsReverse(zone)),
            options.TimeToLive,
            options.Pods,
            new ZoneSet(options.Fallthrough))
        {
            IsZonal = options.IsZonal,
        };
        IEnumerable<IPAddress> bound = context.Listener.BindAddresses;
        IReadOnlyList<IPAddress> localAddresses =
            [.. (bound.Any() ? bound : _hostAddresses()).Where(static address => !IPAddress.IsLoopback(address))];
        context.AddLink(next => new KubernetesHandler(next, index, answerOptions, options.Zones, localAddresses));
    }

    private static List<IPAddress> GetHostAddresses()
        => [.. NetworkInterface.GetAllNetworkInterfaces()
            .SelectMany(static network => network.GetIPProperties().UnicastAddresses)
            .Select(static unicast => unicast.Address)];
}
