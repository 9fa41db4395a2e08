using System.Collections.Frozen;
using System.Collections.Immutable;
using ClusterDns.Core.Pipeline;

namespace ClusterDns.Plugins;

/// <summary>
/// Every plugin by name, in the order in which they run whatever the Corefile's order is: the first listed sees a query first.
/// The order is CoreDNS's, so that a Corefile means the same here.
/// </summary>
public static class PluginCatalog
{
    /// <summary>The names of all plugins that a Corefile may mention, those that are not built yet included, in running order.</summary>
    public static ImmutableArray<string> Order { get; } =
    [
        "root",
        "metadata",
        "geoip",
        "cancel",
        "proxyproto",
        "quic",
        "grpc_server",
        "https",
        "https3",
        "timeouts",
        "multisocket",
        "reload",
        "nsid",
        "bufsize",
        "bind",
        "debug",
        "trace",
        "ready",
        "health",
        "pprof",
        "shed",
        "prometheus",
        "errors",
        "log",
        "dnstap",
        "local",
        "dns64",
        "any",
        "chaos",
        "loadbalance",
        "tsig",
        "rewrite",
        "autopath",
        "acl",
        "cache",
        "header",
        "dnssec",
        "tls",
        "minimal",
        "template",
        "transfer",
        "hosts",
        "route53",
        "azure",
        "clouddns",
        "k8s_external",
        "kubernetes",
        "file",
        "auto",
        "secondary",
        "etcd",
        "loop",
        "forward",
        "grpc",
        "erratic",
        "whoami",
        "on",
        "sign",
        "view",
        "nomad",
    ];

    /// <summary>The plugins that are built, by name.</summary>
    public static FrozenDictionary<string, IPlugin> Plugins { get; } = new IPlugin[]
    {
        new Acl.AclPlugin(),
        new Any.AnyPlugin(),
        new Autopath.AutopathPlugin(),
        new Bind.BindPlugin(),
        new Bufsize.BufsizePlugin(),
        new Cache.CachePlugin(),
        new Cancel.CancelPlugin(),
        new Chaos.ChaosPlugin(),
        new Debug.DebugPlugin(),
        new Dns64.Dns64Plugin(),
        new Errors.ErrorsPlugin(),
        new Forward.ForwardPlugin(),
        new Header.HeaderPlugin(),
        new Health.HealthPlugin(),
        new Hosts.HostsPlugin(),
        new Kubernetes.External.ExternalPlugin(),
        new Kubernetes.KubernetesPlugin(),
        new Loadbalance.LoadbalancePlugin(),
        new Local.LocalPlugin(),
        new Log.LogPlugin(),
        new LoopDetection.LoopPlugin(),
        new Metadata.MetadataPlugin(),
        new Minimal.MinimalPlugin(),
        new Multisocket.MultisocketPlugin(),
        new Prometheus.PrometheusPlugin(),
        new Ready.ReadyPlugin(),
        new Reload.ReloadPlugin(),
        new Root.RootPlugin(),
        new Template.TemplatePlugin(),
        new Timeouts.TimeoutsPlugin(),
        new Transfer.TransferPlugin(),
        new Whoami.WhoamiPlugin(),
    }.ToFrozenDictionary(static plugin => plugin.Name, StringComparer.Ordinal);
}
