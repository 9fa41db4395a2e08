using System.Text;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Autopath;
using ClusterDns.Plugins.Kubernetes;
using ClusterDns.Plugins.Tests.TestKit;

namespace ClusterDns.Plugins.Tests.Autopath;

public sealed class AutopathOptionsTests
{
    [Theory]
    [InlineData("autopath", "Corefile:2:1: missing argument of 'autopath': expected 'autopath [ZONES...] RESOLV-CONF'")]
    [InlineData("autopath resolv.conf {\n verbose\n}", "Corefile:2:1: 'autopath' does not take a block")]
    [InlineData("autopath example.org nosuch.conf", "Corefile:2:22: 'nosuch.conf' cannot be read: nosuch.conf: no such file")]
    public void Wrong_options_say_where_and_why(string text, string error)
    {
        FakeFiles files = new()
        {
            ["resolv.conf"] = "search example.org",
            ["empty.conf"] = "nameserver 192.0.2.1\nsearch\n",
            ["large.conf"] = "search " + string.Join(' ', Enumerable.Repeat("example.org", 33)),
        };

        Assert.Equal(error, new PluginKit(new AutopathPlugin(), text, files: files).Errors);
    }

    [Theory]
    [InlineData("autopath @kubernetes")]
    [InlineData("autopath @kubernetes\nkubernetes cluster.local {\n manifests objects.yaml\n}")]
    [InlineData("autopath @kubernetes\nkubernetes cluster.local {\n manifests objects.yaml\n pods insecure\n}")]
    public void Without_pods_that_are_verified_no_client_is_known(string text)
    {
        IPlugin[] plugins = text.Contains("kubernetes ", StringComparison.Ordinal) ? [new AutopathPlugin(), new KubernetesPlugin(static () => [])] : [new AutopathPlugin()];

        PluginKit kit = new AutopathKit(text, plugins: plugins).Kit;
        Assert.Equal("", kit.Errors);
        Assert.Equal(
            "Corefile:2:10: autopath has no effect: it finds clients by the Pods of kubernetes, which needs 'pods verified' in the same server block",
            Assert.Single(kit.Diagnostics.Warnings).ToString());
    }

    [Fact]
    public void A_kubernetes_that_cannot_be_built_is_told_of_once()
        => Assert.StartsWith(
            "Corefile:4:12: manifests cannot be read",
            new AutopathKit(
                AutopathKit.WithKubernetes.Replace("objects.yaml", "bad.yaml", StringComparison.Ordinal), new FakeFiles { ["bad.yaml"] = "just text" }).Kit.Errors,
            StringComparison.Ordinal);

    [Theory]
    [InlineData("search Example.ORG a.example.\n", "example.org. a.example.")]
    [InlineData("domain example.org other\n", "example.org.")]
    [InlineData("domain\nsearch\ta  b\r\n", "a. b.")]
    [InlineData("search a\ndomain b\n", "b.")]
    [InlineData("domain b\nsearch a c\nnameserver 192.0.2.1\noptions ndots:5\n", "a. c.")]
    [InlineData("search .\n", ".")]
    [InlineData("search a..b c\n#search d\n", "c.")]
    [InlineData("", "")]
    public void The_last_line_that_names_domains_counts(string file, string expected)
        => Assert.Equal(
            expected,
            string.Join(' ', ResolvConf.ReadSearchDomains(Encoding.UTF8.GetBytes(file)).Select(static domain => DomainName.ToText(domain))));

    [Fact]
    public void A_hosts_file_that_cannot_be_read_is_a_warning()
    {
        AutopathKit kit = new(AutopathKit.WithKubernetes, new FakeFiles { ["/etc/resolv.conf"] = "search lab.example", Unreadable = "/etc/resolv.conf" });

        Assert.Equal("", kit.Kit.Errors);
        Assert.Equal(
            "Corefile:2:10: '/etc/resolv.conf' cannot be read, and its domains are not searched: /etc/resolv.conf: permission denied",
            Assert.Single(kit.Kit.Diagnostics.Warnings).ToString());
        kit.Ask("www.example.org.shop.svc.cluster.local.");
        Assert.Equal(["www.example.org."], kit.Asked);
    }
}
