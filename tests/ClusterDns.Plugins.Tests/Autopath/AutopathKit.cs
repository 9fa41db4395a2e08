using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Autopath;
using ClusterDns.Plugins.Kubernetes;
using ClusterDns.Plugins.Tests.TestKit;

namespace ClusterDns.Plugins.Tests.Autopath;

/// <summary>The plugin over a small cluster, and over a world in which some names exist.</summary>
internal sealed class AutopathKit
{
    public const string ShopClient = "10.1.0.7:5300";
    public const string NetClient = "10.1.0.8:5300";
    public const string HostClient = "192.0.2.10:5300";
    public const string UnknownClient = "10.1.0.9:5300";
    public const string WithKubernetes = "autopath @kubernetes\nkubernetes cluster.local {\n manifests objects.yaml\n pods verified\n}";

    private const string Manifests = """
        {apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop}, spec: {clusterIP: 10.96.0.1}}
        ---
        {kind: Namespace, metadata: {name: net}}
        ---
        {kind: Pod, metadata: {name: web-0, namespace: shop}, status: {podIP: 10.1.0.7}}
        ---
        {kind: Pod, metadata: {name: web-1, namespace: shop}, status: {podIP: "fd00::7"}}
        ---
        {kind: Pod, metadata: {name: gateway, namespace: net}, status: {podIP: 10.1.0.8}}
        ---
        {kind: Pod, metadata: {name: proxy, namespace: net}, status: {podIP: 192.0.2.10}}
        ---
        {kind: Pod, metadata: {name: agent, namespace: shop}, status: {podIP: 192.0.2.10}}
        """;

    public AutopathKit(string block, FakeFiles? files = null, IPlugin[]? plugins = null)
    {
        FakeFiles all = files ?? new FakeFiles { ["/etc/resolv.conf"] = "nameserver 192.0.2.53\nsearch lab.example example\n" };
        all["objects.yaml"] = Manifests;
        Kit = new PluginKit(plugins ?? [new AutopathPlugin(), new KubernetesPlugin(static () => [])], block, Answer, all);
    }

    public PluginKit Kit { get; }

    /// <summary>The names that were asked of the world.</summary>
    public List<string> Asked { get; } = [];

    /// <summary>How names are answered that are not in the cluster; the others do not exist.</summary>
    public Dictionary<string, Action<Response>> World { get; } = new(StringComparer.OrdinalIgnoreCase)
    {
        ["www.example.org."] = static response => AddAddress(response),
    };

    public long Found => Kit.Metrics.Counters("coredns_autopath_success_total", "Counter of requests that did autopath.", "server").With("").Value;

    public static void AddAddress(Response response)
    {
        response.Answer("next", authoritative: false);
        response.TryAddCopy(ResponseSection.Answer, default, RecordType.A, 60, [192, 0, 2, 1]);
    }

    public string Ask(string name, RecordType type = RecordType.A, string client = ShopClient) => Kit.Ask(name, type, client: client);

    private void Answer(Query query)
    {
        string name = DomainName.ToText(query.QuestionName);
        Asked.Add(name);
        if (World.TryGetValue(name, out Action<Response>? answer))
        {
            answer(query.Response);
        }
        else
        {
            query.Response.Answer("next", ResponseCode.NXDomain, authoritative: false);
        }
    }
}
