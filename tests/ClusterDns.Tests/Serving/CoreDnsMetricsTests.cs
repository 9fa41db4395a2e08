using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Wire;
using ClusterDns.Tests.TestKit;

namespace ClusterDns.Tests.Serving;

/// <summary>Every metric that a scrape of CoreDNS shows is here, with its help, type, label keys and buckets.</summary>
public partial class CoreDnsMetricsTests
{
    /// <summary>Of plugins, options and a source that are not built yet.</summary>
    private static readonly string[] NotBuilt =
        ["coredns_kubernetes_", "coredns_reload_", "coredns_dns_https", "coredns_dns_quic"];

    [Fact]
    public void NoneIsMissing()
    {
        ServerKit kit = new("""
            . {
                errors
                health 127.0.0.1:0
                prometheus 127.0.0.1:0
                local
                hosts /etc/hosts {
                    192.0.2.7 static.test
                    fallthrough
                }
                cache 30
                forward . 192.0.2.1
            }
            """);
        kit.Ask("static.test.", RecordType.A);
        kit.Ask("static.test.", RecordType.A);
        kit.Metrics.Gauges(
            "coredns_build_info",
            "A metric with a constant '1' value labeled by version, revision, and goversion from which CoreDNS was built.",
            "version", "revision", "goversion").With("", "", "").Value = 1;
        ClusterDns.Core.Http.HttpExchange exchange = new("");
        kit.Model.HttpEndpoints.Single(static endpoint => string.Equals(endpoint.Path, "/metrics", StringComparison.Ordinal)).Handler(exchange);
        Dictionary<string, Family> ours = Read(Encoding.UTF8.GetString(exchange.Written.Span));

        List<string> wrong = [];
        foreach ((string name, Family theirs) in Read(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Data", "coredns-metrics.txt"))))
        {
            if (Array.Exists(NotBuilt, prefix => name.StartsWith(prefix, StringComparison.Ordinal)))
            {
                continue;
            }

            if (!ours.TryGetValue(name, out Family? family))
            {
                // What has labels is shown when it is counted first; its declaration is tested where it is made.
                if (kit.Metrics.Families.All(declared => !string.Equals(declared.Name, name, StringComparison.Ordinal)))
                {
                    wrong.Add($"{name} is missing");
                }
            }
            else if (!family.IsLike(theirs))
            {
                wrong.Add($"{name}: {family}, CoreDNS {theirs}");
            }
        }

        Assert.Empty(wrong);
    }

    private static Dictionary<string, Family> Read(string text)
    {
        Dictionary<string, Family> families = new(StringComparer.Ordinal);
        Family? current = null;
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] words = line.Split(' ', 4);
            if (line.StartsWith("# HELP ", StringComparison.Ordinal))
            {
                families[words[2]] = current = new Family { Help = words[3] };
            }
            else if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                current!.Type = words[3];
            }
            else
            {
                foreach (Match label in Label().Matches(line))
                {
                    (string.Equals(label.Groups["key"].Value, "le", StringComparison.Ordinal) ? current!.Bounds : current!.Keys)
                        .Add(string.Equals(label.Groups["key"].Value, "le", StringComparison.Ordinal) ? label.Groups["value"].Value : label.Groups["key"].Value);
                }
            }
        }

        return families;
    }

    [GeneratedRegex("(?<key>[a-z_]+)=\"(?<value>[^\"]*)\"", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Label();

    private sealed class Family
    {
        public string Help { get; init; } = "";

        public string Type { get; set; } = "";

        public SortedSet<string> Keys { get; } = new(StringComparer.Ordinal);

        public SortedSet<string> Bounds { get; } = new(StringComparer.Ordinal);

        public bool IsLike(Family other) => string.Equals(Help, other.Help, StringComparison.Ordinal)
            && string.Equals(Type, other.Type, StringComparison.Ordinal)
            && Keys.SetEquals(other.Keys)
            && Bounds.SetEquals(other.Bounds);

        public override string ToString() => $"{Type} '{Help}' {string.Join(',', Keys)} {string.Join(',', Bounds)}";
    }
}
