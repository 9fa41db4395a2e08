using ClusterDns.Core.Pipeline;

namespace ClusterDns.Plugins;

/// <summary>
/// Every plugin in running order, which is CoreDNS's, so that a Corefile does the same here. A name alone is a plugin that CoreDNS has and this
/// version does not.
/// </summary>
public static class PluginCatalog
{
    private static readonly object[] Entries =
    [
        new Root.RootPlugin(),
        new Metadata.MetadataPlugin(),
        new Geoip.GeoipPlugin(),
        new Cancel.CancelPlugin(),
        "proxyproto",
        "quic",
        "grpc_server",
        "https",
        "https3",
        new Timeouts.TimeoutsPlugin(),
        new Multisocket.MultisocketPlugin(),
        new Reload.ReloadPlugin(),
        new Nsid.NsidPlugin(),
        new Bufsize.BufsizePlugin(),
        new Bind.BindPlugin(),
        new Debug.DebugPlugin(),
        "trace",
        new Ready.ReadyPlugin(),
        new Health.HealthPlugin(),
        new Pprof.PprofPlugin(),
        new Shed.ShedPlugin(),
        new Prometheus.PrometheusPlugin(),
        new Errors.ErrorsPlugin(),
        new Log.LogPlugin(),
        "dnstap",
        new Local.LocalPlugin(),
        new Dns64.Dns64Plugin(),
        new Any.AnyPlugin(),
        new Chaos.ChaosPlugin(),
        new Loadbalance.LoadbalancePlugin(),
        "tsig",
        new Rewrite.RewritePlugin(),
        new Autopath.AutopathPlugin(),
        new Acl.AclPlugin(),
        new Cache.CachePlugin(),
        new Header.HeaderPlugin(),
        "dnssec",
        "tls",
        new Minimal.MinimalPlugin(),
        new Template.TemplatePlugin(),
        new Transfer.TransferPlugin(),
        new Hosts.HostsPlugin(),
        "route53",
        "azure",
        "clouddns",
        new Kubernetes.External.ExternalPlugin(),
        new Kubernetes.KubernetesPlugin(),
        "file",
        "auto",
        "secondary",
        "etcd",
        new LoopDetection.LoopPlugin(),
        new Forward.ForwardPlugin(),
        "grpc",
        new Erratic.ErraticPlugin(),
        new Whoami.WhoamiPlugin(),
        new OnEvent.OnPlugin(),
        "sign",
        new View.ViewPlugin(),
        "nomad",
    ];

    /// <summary>A new list of all plugins, to which others can be added.</summary>
    public static PluginList Create()
    {
        PluginList list = new();
        foreach (object entry in Entries)
        {
            if (entry is IPlugin plugin)
            {
                list.Add(plugin);
            }
            else
            {
                list.Reserve((string)entry);
            }
        }

        return list;
    }
}
