using System.Net;
using System.Text;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Pipeline;
using ClusterDns.Plugins.Kubernetes;
using ClusterDns.Plugins.Kubernetes.External;
using ClusterDns.Plugins.Kubernetes.Options;
using ClusterDns.Plugins.Tests.TestKit;
using CsCheck;

namespace ClusterDns.Plugins.Tests.Kubernetes.Properties;

/// <summary>Options of the plugin but for where the objects are.</summary>
/// <param name="Zones">The zones.</param>
/// <param name="Lines">The options' lines.</param>
internal sealed record RandomOptions(string Zones, string Lines)
{
    private const string Own = "cluster.local in-addr.arpa ip6.arpa";

    public static Gen<RandomOptions> Any { get; } = Gen.Select(
        Gen.OneOf("pods disabled", "pods insecure", "pods verified"),
        Gen.OneOf("", "endpoint_pod_names"),
        Gen.OneOf("", "", "zonal", "zonal", "noendpoints"),
        Gen.OneOf("", "", "", "", "namespaces a svc", "namespace_labels tier=gold", "namespace_labels tier!=gold", "namespace_labels kubernetes.io/metadata.name in (a,b)"),
        Gen.OneOf("", "", "", "", "labels app=x", "labels app notin (x)", "labels !app"),
        Gen.OneOf("", "ignore empty_service"),
        Gen.OneOf("", "multicluster clusterset.local"),
        static (pods, podNames, endpoints, namespaces, labels, ignore, multicluster) => new RandomOptions(
            multicluster.Length > 0 ? "cluster.local clusterset.local in-addr.arpa ip6.arpa" : Own,
            string.Join('\n', ((string[])[pods, podNames, endpoints, namespaces, labels, ignore, multicluster]).Where(static line => line.Length > 0))));

    /// <summary>The options that the specification's names are asked under.</summary>
    public static RandomOptions Default { get; } = new(Own, "pods insecure") { ServerAddresses = [], ExternalZone = "" };

    /// <summary>The zone in which Services are answered for clients outside; empty for none.</summary>
    public string ExternalZone { get; init; } = "example.org";

    /// <summary>The server's own addresses.</summary>
    public IReadOnlyList<IPAddress> ServerAddresses { get; init; } = [IPAddress.Parse("10.1.0.1"), IPAddress.Parse("fd00::1")];

    public bool HasImports => Lines.Contains("multicluster", StringComparison.Ordinal);

    /// <summary>The plugin, as a server that is an endpoint of what has one of its addresses.</summary>
    /// <param name="source">The option that says where the objects are.</param>
    /// <param name="files">The files there are.</param>
    public PluginKit Create(string source, FakeFiles files)
    {
        PluginKit kit = ExternalZone.Length > 0
            ? new([new ExternalPlugin(), CreatePlugin()], $"{Directive(source)}\nk8s_external {ExternalZone} {{\nheadless\n}}", files: files)
            : new(CreatePlugin(), Directive(source), files: files);
        Assert.Equal("", kit.Errors);
        return kit;
    }

    /// <summary>The plugin over objects in a file.</summary>
    public PluginKit Create(IEnumerable<ClusterObject> objects)
        => Create("manifests cluster.json", new FakeFiles { ["cluster.json"] = $$"""{"kind":"List","items":[{{string.Join(',', objects)}}]}""" });

    /// <summary>The options as the plugin reads them.</summary>
    public KubernetesOptions Parse()
    {
        DiagnosticBag diagnostics = new();
        CorefileDocument document = CorefileParser.Parse(
            "Corefile",
            Encoding.UTF8.GetBytes($". {{\n{Directive("manifests none.json")}\n}}\n"),
            new InMemoryCorefileSource(),
            static _ => null,
            diagnostics);
        IPlugin plugin = CreatePlugin();
        return (KubernetesOptions)plugin.Parse(new PluginParseContext([.. document.Blocks[0].Directives], [], diagnostics))!;
    }

    public override string ToString() => $"kubernetes {Zones} {{\n{Lines}\n}}";

    private KubernetesPlugin CreatePlugin() => new(() => ServerAddresses);

    private string Directive(string source) => $"kubernetes {Zones} {{\n{source}\n{Lines}\n}}";
}
