using System.Globalization;
using System.Text.RegularExpressions;
using ClusterDns.Core.Http;
using ClusterDns.Core.Wire;
using ClusterDns.Server.Hosting;
using ClusterDns.Tests.Hosting;
using ClusterDns.Tests.TestKit;
using ClusterDns.Tests.Upstreams;
using Xunit.Abstractions;

namespace ClusterDns.Tests.DropIn;

/// <summary>
/// What CoreDNS 1.14.7 logged and measured for a list of questions; the same Corefile, cluster and upstream give the same here.
/// </summary>
public sealed partial class ObservedTests(ITestOutputHelper output) : IAsyncLifetime
{
    private static readonly HttpAddress Scraped = new(HttpAddress.Localhost, 0);

    /// <summary>Families that CoreDNS shows and this server does not, and why; each is a prefix.</summary>
    private static readonly (string Prefix, string Reason)[] NotShown =
    [
        ("go_", "there is no Go runtime"),
        ("coredns_kubernetes_rest_client_", "the cluster is read from a file here, not from an API server"),
        ("coredns_kubernetes_dns_programming_duration_seconds", "manifests do not say when something changed"),
    ];

    /// <summary>Samples that need not be equal, and why; each is a prefix.</summary>
    private static readonly (string Prefix, string Reason)[] OtherValues =
    [
        ("process_", "of another process"),
        ("coredns_build_info{", "another build"),
        ("coredns_dns_request_duration_seconds", "time"),
        ("coredns_proxy_request_duration_seconds", "time"),
        ("coredns_health_request_duration_seconds", "time"),
        ("coredns_hosts_reload_timestamp_seconds", "time"),
        ("coredns_hosts_entries", "the host's own file counts"),
        ("coredns_dns_responses_total{plugin=errors,", "the plugin that answered is told instead (docs/differences.md)"),
        ("coredns_dns_response_size_bytes_bucket{le=0,proto=tcp,", "the response that the server made is counted (docs/differences.md)"),
        ("coredns_dns_response_size_bytes_sum{proto=tcp,", "the response that the server made is counted (docs/differences.md)"),
    ];

    private readonly ScriptedUpstream _upstream = RecordedUpstream.Start();
    private ReloadKit _kit = null!;

    public async Task InitializeAsync()
    {
        string corefile = Recorded("Corefile")
            .Replace(".:{$PORT} {", ".:0 {\n    bind 127.0.0.1", StringComparison.Ordinal)
            .Replace("kubeconfig {$KUBECONFIG}", "manifests FOLDER/cluster.json", StringComparison.Ordinal)
            .Replace("{$UPSTREAM}", _upstream.Endpoint.ToString(), StringComparison.Ordinal)
            .Replace("prometheus 127.0.0.1:19153", $"prometheus {Scraped}", StringComparison.Ordinal);
        corefile = HttpPort().Replace(corefile, "127.0.0.1:0");
        _kit = await ReloadKit.StartAsync(corefile, ("cluster.json", FieldCorefile.Cluster));
        foreach (Match line in RecordedLines())
        {
            await ToQuestion(line).AskAsync(_kit.Endpoint);
        }
    }

    public async Task DisposeAsync()
    {
        await _kit.DisposeAsync();
        _upstream.Dispose();
    }

    [Fact]
    public void EveryQueryIsLoggedInTheSameWords()
    {
        List<Match> recorded = RecordedLines();

        Assert.Equal(15, recorded.Count);
        Assert.Equal(
            string.Join('\n', recorded.Select(Comparable)),
            string.Join('\n', _kit.Lines.Select(static line => Comparable(QueryLine().Match(line)))));
    }

    private static string Comparable(Match line) => $"{line.Groups["query"].Value} {line.Groups["response"].Value}";

    private static List<Match> RecordedLines() => [.. Recorded("log.txt").Split('\n').Select(static line => QueryLine().Match(line)).Where(static line => line.Success)];

    private static string Recorded(string file) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Data", "observed", file));

    /// <summary>The question that a line tells of. What it does not tell, the size does: EDNS, and the cookie that dig sends.</summary>
    private static ClientQuestion ToQuestion(Match line)
    {
        const int edns = 11;
        const int cookie = 12;
        string name = line.Groups["name"].Value;
        int rest = int.Parse(line.Groups["size"].Value, CultureInfo.InvariantCulture) - DnsHeader.Length - DomainName.Parse(name).Length - 4;
        Assert.True(rest is 0 or edns or edns + cookie, line.Value);
        Assert.True(RecordTypes.TryParse(line.Groups["type"].Value, out RecordType type));
        Assert.True(RecordClasses.TryParse(line.Groups["class"].Value, out RecordClass recordClass));
        bool isTcp = line.Groups["protocol"].Value is "tcp";
        bool wantsRecursion = line.Groups["response"].Value.Contains(",rd", StringComparison.Ordinal);
        return new ClientQuestion(name, type)
        {
            Class = recordClass,
            Tcp = isTcp,
            Flags = HeaderFlags.AuthenticData | (wantsRecursion ? HeaderFlags.RecursionDesired : HeaderFlags.None),
            UdpSize = rest == 0 ? null : isTcp ? (ushort)1232 : ushort.Parse(line.Groups["bufsize"].Value, CultureInfo.InvariantCulture),
            DnssecOk = line.Groups["do"].Value is "true",
            Options = rest > edns ? [0, 10, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8] : [],
        };
    }

    [Fact]
    public async Task EveryMetricIsShownInTheSameForm()
    {
        Dictionary<string, ScrapedFamily> ours = await ScrapeAsync();
        List<string> wrong = [];
        foreach ((string name, ScrapedFamily theirs) in MetricScrape.Read(Recorded("metrics.txt")))
        {
            if (IsIn(NotShown, name))
            {
                Assert.False(ours.ContainsKey(name), $"{name} is shown after all");
            }
            else if (!ours.TryGetValue(name, out ScrapedFamily? family))
            {
                wrong.Add($"{name} is missing");
            }
            else if (!family.IsLike(theirs))
            {
                wrong.Add($"{name}: {family}, CoreDNS {theirs}");
            }
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public async Task EveryCountIsTheSame()
    {
        Dictionary<string, ScrapedFamily> ours = await ScrapeAsync();
        List<string> wrong = [];
        foreach ((string name, ScrapedFamily theirs) in MetricScrape.Read(Recorded("metrics.txt")))
        {
            foreach ((string sample, string value) in theirs.Samples)
            {
                string? our = ours.GetValueOrDefault(name)?.Samples.GetValueOrDefault(sample);
                if (!IsIn(NotShown, name) && !IsIn(OtherValues, sample) && !string.Equals(our, value, StringComparison.Ordinal))
                {
                    wrong.Add($"{sample}: {our}, CoreDNS {value}");
                }
            }
        }

        wrong.ForEach(output.WriteLine);
        Assert.Empty(wrong);
    }

    private static bool IsIn((string Prefix, string Reason)[] list, string text)
        => Array.Exists(list, entry => text.StartsWith(entry.Prefix, StringComparison.Ordinal));

    private async Task<Dictionary<string, ScrapedFamily>> ScrapeAsync()
    {
        ServerVersion.Show(_kit.Metrics);
        return MetricScrape.Read(await _kit.GetAsync(Scraped, "/metrics"));
    }

    [GeneratedRegex(
        "^\\[INFO\\] [^ ]+:[0-9]+ - [0-9]+ (?<query>\"(?<type>[^ ]+) (?<class>[^ ]+) (?<name>[^ ]+) (?<protocol>[^ ]+) (?<size>[0-9]+) (?<do>[a-z]+) (?<bufsize>[0-9]+)\") (?<response>.*) [^ ]+s$",
        RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex QueryLine();

    [GeneratedRegex("127\\.0\\.0\\.1:18[0-9]{3}", RegexOptions.NonBacktracking)]
    private static partial Regex HttpPort();
}
