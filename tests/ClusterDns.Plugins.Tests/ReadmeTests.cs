using System.Text;
using System.Text.RegularExpressions;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Pipeline;
using ClusterDns.Plugins.Tests.Kubernetes.Api.TestKit;
using ClusterDns.Plugins.Tests.TestKit;

namespace ClusterDns.Plugins.Tests;

/// <summary>What a plugin's README shows, works.</summary>
public sealed partial class ReadmeTests
{
    private static readonly PluginList Catalog = PluginCatalog.Create();

    /// <summary>Every plugin but one that is always rejected.</summary>
    public static TheoryData<string> Plugins
        => new(Catalog.Plugins.Select(static plugin => plugin.Name).Where(static name => name is not "on").Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Plugins))]
    public void Every_example_is_parsed_and_built(string plugin)
    {
        string folder = Path.Combine(Catalog.Find(plugin)!.GetType().Namespace!.Split('.')[2..]);
        string readme = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "readmes", folder, "README.md"));
        MatchCollection examples = Example().Matches(readme);

        using TestCertificates certificates = new();
        (string certificate, string key) = certificates.CreateClient("dns");
        Assert.NotEmpty(examples);
        foreach (string text in examples.Select(static example => example.Groups["text"].Value))
        {
            DiagnosticBag diagnostics = new();
            CorefileDocument document = CorefileParser.Parse(
                "README.md", Encoding.UTF8.GetBytes(text), new InMemoryCorefileSource(), static _ => null, diagnostics);
            CorefileValidator.Validate(document, Catalog.Names, static name => Catalog.Find(name) is not null, diagnostics);
            Assert.Empty(diagnostics.Errors);
            Assert.Contains(document.Blocks, block => block.Has(plugin));

            string body = text[(text.IndexOf('{', StringComparison.Ordinal) + 1)..text.LastIndexOf('}')];
            FakeFiles files = new()
            {
                ["cluster.yaml"] = "{kind: Namespace, metadata: {name: default}}",
                ["ca.crt"] = certificates.Authority,
                ["client.crt"] = certificate,
                ["client.key"] = key,
                ["kube.conf"] = "current-context: a\ncontexts:\n- name: a\n  context: {cluster: c}\nclusters:\n- name: c\n  cluster: {server: https://10.0.0.1}\n",
                ["resolv.conf"] = "search lab.example.org example.org\n",
                ["www.weights"] = "www.example.org\n192.0.2.1 3\n",
            };
            files.Add("GeoLite2-City.mmdb", new Geoip.MmdbWriter("GeoLite2-City").Add("192.0.2.0/24", "value").ToArray());

            // They are nothing without kubernetes, where they look for it.
            IPlugin[] built = plugin is "k8s_external" or "autopath" && document.Blocks[0].Has("kubernetes")
                ? [Catalog.Find(plugin)!, Catalog.Find("kubernetes")!]
                : [Catalog.Find(plugin)!];
            string withZone = body.Replace("kubernetes {", "kubernetes cluster.local {", StringComparison.Ordinal);
            Assert.Equal("", new PluginKit(built, withZone, files: files).Errors);
        }
    }

    [GeneratedRegex("```corefile\n(?<text>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Example();
}
