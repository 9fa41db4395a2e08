using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Pipeline;
using ClusterDns.Plugins.Kubernetes;
using ClusterDns.Plugins.Kubernetes.Options;
using ClusterDns.Plugins.Tests.TestKit;

namespace ClusterDns.Plugins.Tests.Kubernetes.Api;

public sealed class ApiOptionsTests
{
    [Fact]
    public void Without_options_the_servers_own_cluster_is_asked_as_CoreDNS_would()
    {
        KubernetesOptions options = Parse("")!;
        Assert.Equal(new ApiServerOptions { QueriesPerSecond = 5, Burst = 10, MaxInFlight = 0 }, options.ApiServer);
        Assert.Equal(TimeSpan.FromSeconds(5), options.StartupTimeout);
    }

    [Fact]
    public void Options_are_read()
    {
        KubernetesOptions options = Parse(
            "kubeconfig /etc/kube other\napiserver_qps 2.5\napiserver_burst 7\napiserver_max_inflight 3\nstartup_timeout 1m30s")!;
        Assert.Equal(
            new ApiServerOptions { Kubeconfig = "/etc/kube", Context = "other", QueriesPerSecond = 2.5, Burst = 7, MaxInFlight = 3 },
            options.ApiServer);
        Assert.Equal(TimeSpan.FromSeconds(90), options.StartupTimeout);
        Assert.Equal(
            new ApiServerOptions { Endpoint = "https://10.0.0.1:6443", Tls = new TlsFiles("cert", "key", "ca") },
            Parse("endpoint https://10.0.0.1:6443\ntls cert key ca")!.ApiServer);
        Assert.Equal(new ApiServerOptions(), Parse("apiserver_qps 0\napiserver_burst 0")!.ApiServer);
        Assert.Equal(TimeSpan.Zero, Parse("startup_timeout 0s")!.StartupTimeout);
    }

    [Theory]
    [InlineData("10.0.0.1:8080", false, "http://10.0.0.1:8080/")]
    [InlineData("10.0.0.1:6443", true, "https://10.0.0.1:6443/")]
    [InlineData("https://api.example.org/k8s/clusters/c-1", false, "https://api.example.org/k8s/clusters/c-1")]
    public void An_endpoint_may_lack_its_scheme(string endpoint, bool hasTls, string uri)
    {
        Assert.True(new ApiServerOptions { Endpoint = endpoint, Tls = hasTls ? new TlsFiles("", "", "ca") : null }.TryCreateUri(out Uri? created));
        Assert.Equal(uri, created!.AbsoluteUri);
    }

    [Theory]
    [InlineData("endpoint", "Corefile:3:1: missing argument of 'endpoint': expected 'endpoint URL'")]
    [InlineData("endpoint ftp://x", "Corefile:3:10: invalid URL 'ftp://x' for endpoint: expected for example https://10.0.0.1:6443")]
    [InlineData("endpoint https://", "Corefile:3:10: invalid URL 'https://' for endpoint: expected for example https://10.0.0.1:6443")]
    [InlineData("tls cert key", "Corefile:3:1: missing argument of 'tls': expected 'tls CERT KEY CACERT'")]
    [InlineData("tls cert \"\" ca", "Corefile:3:1: 'tls' has only a certificate: expected a certificate and its key, or neither")]
    [InlineData("kubeconfig", "Corefile:3:1: missing argument of 'kubeconfig': expected 'kubeconfig FILE [CONTEXT]'")]
    [InlineData("kubeconfig a b c", "Corefile:3:16: unexpected 'c' after 'kubeconfig': expected 'kubeconfig FILE [CONTEXT]'")]
    [InlineData("apiserver_qps", "Corefile:3:1: missing argument of 'apiserver_qps': expected 'apiserver_qps QPS'")]
    [InlineData("apiserver_qps many", "Corefile:3:15: invalid number 'many' for apiserver_qps: expected 0 or more")]
    [InlineData("apiserver_qps -1", "Corefile:3:15: invalid number '-1' for apiserver_qps: expected 0 or more")]
    [InlineData("apiserver_qps NaN", "Corefile:3:15: invalid number 'NaN' for apiserver_qps: expected 0 or more")]
    [InlineData("apiserver_burst -1", "Corefile:3:17: invalid number '-1' for apiserver_burst: expected 0 to 2147483647")]
    [InlineData("apiserver_burst", "Corefile:3:1: missing argument of 'apiserver_burst': expected 'apiserver_burst BURST'")]
    [InlineData("apiserver_max_inflight 1.5", "Corefile:3:24: invalid number '1.5' for apiserver_max_inflight: expected 0 to 2147483647")]
    [InlineData("apiserver_max_inflight", "Corefile:3:1: missing argument of 'apiserver_max_inflight': expected 'apiserver_max_inflight MAX'")]
    [InlineData("startup_timeout soon", "Corefile:3:17: invalid duration 'soon' for startup_timeout: expected for example 5s or 1m30s")]
    [InlineData("startup_timeout", "Corefile:3:1: missing argument of 'startup_timeout': expected 'startup_timeout DURATION'")]
    [InlineData("manifests a\nkubeconfig b", "Corefile:4:1: 'kubeconfig' conflicts with 'manifests' (at Corefile:3:1): expected one source of objects")]
    public void What_is_wrong_is_an_error_with_its_place(string options, string error)
    {
        DiagnosticBag diagnostics = new();
        Assert.Null(Parse(options, diagnostics));
        Assert.Equal(error, string.Join('\n', diagnostics.Errors));
    }

    [Theory]
    [InlineData("endpoint https://a https://b", "Corefile:3:20: Multiple endpoints have been deprecated, only the first specified endpoint 'https://a' is used")]
    [InlineData("endpoint https://a\nkubeconfig b", "Corefile:3:1: 'endpoint' has no effect beside 'kubeconfig': delete it")]
    [InlineData("kubeconfig b\ntls c d e", "Corefile:4:1: 'tls' has no effect beside 'kubeconfig': delete it")]
    [InlineData("tls c d e", "Corefile:3:1: 'tls' has no effect without 'endpoint': delete it")]
    public void What_means_nothing_is_warned_of(string options, string warning)
    {
        DiagnosticBag diagnostics = new();
        Assert.NotNull(Parse(options, diagnostics));
        Assert.Equal(warning, string.Join('\n', diagnostics.Warnings));
    }

    private static KubernetesOptions? Parse(string options, DiagnosticBag? diagnostics = null)
    {
        DiagnosticBag bag = diagnostics ?? new DiagnosticBag();
        CorefileDocument document = CorefileParser.Parse(
            "Corefile",
            System.Text.Encoding.UTF8.GetBytes($". {{\nkubernetes cluster.local {{\n{options}\n}}\n}}\n"),
            new InMemoryCorefileSource(),
            static _ => null,
            bag);
        IPlugin plugin = new KubernetesPlugin(static () => []);
        return (KubernetesOptions?)plugin.Parse(new PluginParseContext(document.Blocks[0].Directives, [], bag));
    }
}
