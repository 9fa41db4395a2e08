using System.Text.RegularExpressions;
using ClusterDns.Core.Http;
using ClusterDns.Core.Metrics;
using ClusterDns.Plugins;
using ClusterDns.Server.Hosting;
using ClusterDns.Server.Logging;
using ClusterDns.TestKit;
using ClusterDns.Tests.Hosting;

namespace ClusterDns.Tests.DropIn;

/// <summary>docs/metrics.md describes every metric of the server, and no other.</summary>
public sealed partial class MetricsPageTests
{
    private const string Page = "docs/metrics.md";

    private static readonly HttpAddress Scraped = new(HttpAddress.Localhost, 0);

    /// <summary>
    /// Server blocks with every plugin. Some exclude each other in one block; ports are picked by the system, and the API server is a port that
    /// refuses connections.
    /// </summary>
    private static readonly string EveryPlugin = $$"""
        .:0 {
            bind 127.0.0.1
            root FOLDER
            metadata
            cancel
            reload 30s
            bufsize
            multisocket 1
            timeouts {
                read 10s
            }
            health 127.0.0.1:0
            ready 127.0.0.1:0
            prometheus {{Scraped}}
            errors
            log
            debug
            loop
            local
            any
            minimal
            header {
                response set aa
            }
            acl {
                allow net 127.0.0.0/8
            }
            chaos
            loadbalance
            dns64
            cache
            autopath @kubernetes
            transfer {
                to 127.0.0.1
            }
            template IN A template.test {
                answer "{{"{{"}} .Name {{"}}"}} 60 IN A 192.0.2.1"
            }
            hosts {
                192.0.2.1 one.test
                fallthrough
            }
            k8s_external external.test
            kubernetes cluster.local in-addr.arpa {
                endpoint http://127.0.0.1:1
                startup_timeout 0s
                pods verified
                fallthrough
            }
            forward . 127.0.0.1:9
            whoami
        }

        """;

    [Fact]
    public void Every_metric_of_the_source_is_described_and_no_other()
    {
        SortedSet<string> declared = new(StringComparer.Ordinal);
        foreach (string file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories))
        {
            declared.UnionWith(MetricLiteral().Matches(File.ReadAllText(file)).Select(static match => match.Groups["name"].Value));
        }

        Dictionary<string, DescribedMetric> described = ReadPage();

        string[] missing = [.. declared.Where(name => !described.ContainsKey(name))];
        Assert.True(missing.Length == 0, $"{Page} lacks {string.Join(", ", missing)}: add a row for each, with type, labels and meaning");
        string[] gone = [.. described.Keys.Where(name => !declared.Contains(name))];
        Assert.True(gone.Length == 0, $"{Page} describes {string.Join(", ", gone)}, which no source file of src/ declares: remove the row, or correct the name");
    }

    [Fact]
    public async Task Every_exported_metric_is_described_with_its_type_and_labels()
    {
        // "on" is the CoreDNS name of a plugin that runs commands; what is built is in the catalog.
        string[] unused = [.. PluginCatalog.Create().Plugins.Select(static plugin => plugin.Name).Where(static name => !Regex.IsMatch(EveryPlugin, $@"^\s+{name}\b", RegexOptions.Multiline | RegexOptions.NonBacktracking))];
        Assert.True(unused.Length == 0, $"{nameof(EveryPlugin)} lacks {string.Join(", ", unused)}: add a line that starts the plugin");

        await using ReloadKit kit = await ReloadKit.StartAsync(EveryPlugin);
        ServerVersion.Show(kit.Metrics);
        using LogQueue log = new(Stream.Null, kit.Metrics);
        await kit.AskAsync("one.test.");
        await kit.GetAsync(Scraped, "/metrics");

        Dictionary<string, DescribedMetric> described = ReadPage();
        Assert.All(kit.Metrics.Families, family =>
        {
            Assert.True(described.TryGetValue(family.Name, out DescribedMetric? row), $"{Page} lacks {family.Name}: add a row with type, labels and meaning");
            Assert.True(
                string.Equals(row.Type, TypeOf(family), StringComparison.Ordinal),
                $"{Page} calls {family.Name} a {row.Type}: it is a {TypeOf(family)}");
            Assert.True(
                row.Labels.SequenceEqual(family.LabelNames, StringComparer.Ordinal),
                $"{Page} gives {family.Name} the labels '{string.Join(", ", row.Labels)}': it has '{string.Join(", ", family.LabelNames)}'");
        });
    }

    [Fact]
    public void Every_row_has_a_meaning_and_stands_once()
    {
        string[] rows = [.. Rows()];
        Assert.NotEmpty(rows);
        Assert.All(rows, static row => Assert.True(Row().Match(row) is { Success: true } match && match.Groups["meaning"].Length > 10, $"{Page}: {row}"));
        Assert.Equal(rows.Length, ReadPage().Count);
    }

    private static string TypeOf(MetricFamily family) => family switch
    {
        CounterFamily or GaugeFamily { IsCounter: true } => "counter",
        GaugeFamily => "gauge",
        _ => "histogram",
    };

    private static IEnumerable<string> Rows()
        => File.ReadLines(Path.Combine(Repository.Root, Page)).Where(static line => line.StartsWith("| `", StringComparison.Ordinal));

    private static Dictionary<string, DescribedMetric> ReadPage()
    {
        Dictionary<string, DescribedMetric> described = new(StringComparer.Ordinal);
        foreach (string line in Rows())
        {
            Match row = Row().Match(line);
            Assert.True(row.Success, $"{Page}: not of the form | `name` | type | label, label | meaning |: {line}");
            Assert.True(
                described.TryAdd(
                    row.Groups["name"].Value,
                    new DescribedMetric(row.Groups["type"].Value, row.Groups["labels"].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))),
                $"{Page} describes {row.Groups["name"].Value} twice");
        }

        return described;
    }

    [GeneratedRegex("\"(?<name>(coredns|clusterdns|process)_[a-z0-9_]+)\"", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex MetricLiteral();

    [GeneratedRegex(
        @"^\| `(?<name>[a-z0-9_]+)` \| (?<type>counter|gauge|histogram) \| (?<labels>[a-z_, ]*?) ?\| (?<meaning>.+) \|$",
        RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Row();

    private sealed record DescribedMetric(string Type, IReadOnlyList<string> Labels);
}
