using System.Net;
using System.Text;
using System.Text.Json;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Kubernetes;
using ClusterDns.Plugins.Tests.Kubernetes.Api.TestKit;
using ClusterDns.Plugins.Tests.TestKit;
using Xunit.Abstractions;

namespace ClusterDns.Plugins.Tests.Kubernetes;

/// <summary>
/// What CoreDNS 1.14.7 answered for the same cluster under several Corefiles. Questions that left the cluster (forwarded ones, and
/// ExternalNames with an outside target, where the Corefile forwards) are not compared.
/// </summary>
public sealed class GoldenTests(ITestOutputHelper output)
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Data", "golden");

    /// <summary>
    /// The questions that are answered otherwise on purpose: a name that exists has no NXDOMAIN for any type (docs/differences.md).
    /// </summary>
    private static readonly Dictionary<string, string[]> Deliberate = new(StringComparer.Ordinal)
    {
        ["kubeadm"] =
        [
            // Exists, with a TXT record.
            "dns-version.cluster.local. A",
            "dns-version.cluster.local. AAAA",
            "dns-version.cluster.local. DS",
            "dns-version.cluster.local. MX",
            "dns-version.cluster.local. PTR",
            "dns-version.cluster.local. SRV",

            // Exists, with addresses.
            "ns.dns.cluster.local. PTR",

            // Exists, with names below it.
            "pod.cluster.local. TXT",
        ],
        ["narrowed"] =
        [
            // Exists, with a TXT record.
            "dns-version.cluster.local. A",
            "dns-version.cluster.local. SRV",
        ],
        ["noendpoints"] =
        [
            // Exists, with a TXT record.
            "dns-version.cluster.local. A",
            "dns-version.cluster.local. SRV",
        ],
    };

    public static TheoryData<string> Corefiles => new(Deliberate.Keys);

    [Theory]
    [MemberData(nameof(Corefiles))]
    public void Answers_from_manifests_agree_with_the_recorded_ones(string corefile)
        => Compare(corefile, Create(corefile, "manifests cluster.json", new FakeFiles { ["cluster.json"] = ReadCluster() }));

    [Theory]
    [InlineData("kubeadm", true)]
    [InlineData("kubeadm", false)]
    [InlineData("narrowed", true)]
    public async Task Answers_from_an_API_server_agree_with_the_recorded_ones(string corefile, bool hasWatchList)
    {
        await using FakeApiServer server = await FakeApiServer.StartAsync();
        server.HasWatchList = hasWatchList;
        server.Put(ReadCluster());
        PluginKit kit = Create(corefile, $"endpoint {server.Url}", new FakeFiles());
        await using ApiKit api = await new ApiKit(server, kit).StartAsync();

        Compare(corefile, kit);
    }

    private static string ReadCluster() => File.ReadAllText(Path.Combine(Folder, "cluster.json"));

    private static string ReadCorefile(string corefile) => File.ReadAllText(Path.Combine(Folder, corefile + ".Corefile"));

    private void Compare(string corefile, PluginKit kit)
    {
        bool forwards = ReadCorefile(corefile).Contains("forward ", StringComparison.Ordinal);
        List<string> disagreements = [];
        SortedDictionary<string, (int Agree, int All)> counts = new(StringComparer.Ordinal);
        foreach (string line in File.ReadLines(Path.Combine(Folder, corefile + ".answers.jsonl")))
        {
            using JsonDocument recorded = JsonDocument.Parse(line);
            JsonElement expected = recorded.RootElement;
            string name = expected.GetProperty("name").GetString()! + ".";
            string type = expected.GetProperty("type").GetString()!;
            Assert.True(RecordTypes.TryParse(type, out RecordType recordType));
            QueryContext context = kit.Serve(name, recordType, transport: TransportProtocol.Tcp);
            if (forwards && (context.Response.Status == ResponseStatus.Dropped || LeavesTheCluster(expected)))
            {
                continue;
            }

            string ours = Describe(context, isCached: forwards);
            string theirs = Describe(expected, isCached: forwards);
            bool agrees = string.Equals(ours, theirs, StringComparison.Ordinal);
            string kind = Classify(expected, type);
            (int agree, int all) = counts.GetValueOrDefault(kind);
            counts[kind] = (agree + (agrees ? 1 : 0), all + 1);
            if (!agrees)
            {
                disagreements.Add($"{name} {type}");
                output.WriteLine($"{name} {type}\n  recorded: {theirs}\n  answered: {ours}");
            }
        }

        foreach ((string kind, (int agree, int all)) in counts)
        {
            output.WriteLine($"{kind}: {agree} of {all} agree");
        }

        Assert.True(counts.Count > 5);
        Assert.Equal(Deliberate[corefile].Order(StringComparer.Ordinal), disagreements.Order(StringComparer.Ordinal));
    }

    /// <summary>The kubernetes plugin as a Corefile has it, with another source.</summary>
    private static PluginKit Create(string corefile, string source, FakeFiles files)
    {
        string text = ReadCorefile(corefile).Replace("kubeconfig {$KUBECONFIG}", source, StringComparison.Ordinal);
        int start = text.IndexOf("kubernetes ", StringComparison.Ordinal);
        int end = text.IndexOf('}', start) + 1;
        PluginKit kit = new(
            new KubernetesPlugin(static () => [IPAddress.Parse("192.0.2.2"), IPAddress.Parse("fd00::2"), IPAddress.Parse("fe80::fc:ff:fe00:1")]),
            text[start..end],
            static context => context.Response.Drop("next"),
            files);
        Assert.Equal("", kit.Errors);
        return kit;
    }

    private static string Classify(JsonElement answer, string type)
        => answer.GetProperty("answer").GetArrayLength() > 0 ? "positive " + type
            : string.Equals(answer.GetProperty("rcode").GetString(), "NOERROR", StringComparison.Ordinal) ? "NODATA"
            : answer.GetProperty("rcode").GetString()!;

    /// <summary>An answer that names the upstream's addresses, or the root, came from there.</summary>
    private static bool LeavesTheCluster(JsonElement answer)
    {
        string text = answer.GetRawText();
        return text.Contains("\"192.0.2.80\"", StringComparison.Ordinal)
            || text.Contains("\"2001:db8::80\"", StringComparison.Ordinal)
            || answer.GetProperty("authority").EnumerateArray().Any(static record =>
                record[2].GetString() is "SOA" && !record[0].GetString()!.EndsWith("cluster.local.", StringComparison.OrdinalIgnoreCase))
            || answer.GetProperty("answer").EnumerateArray().Any(static record => record[2].GetString() is "CNAME"
                && !record[3].GetString()!.EndsWith("cluster.local.", StringComparison.OrdinalIgnoreCase));
    }

    private static string Describe(QueryContext context, bool isCached)
    {
        StringBuilder text = new(ResponseCodes.ToText(context.Response.Code));
        text.Append(context.Response.Authoritative ? " aa" : "");
        for (ResponseSection section = ResponseSection.Answer; section <= ResponseSection.Additional; section++)
        {
            List<string> records = [];
            foreach (ResponseRecord record in context.Response[section].Span)
            {
                string[] parts = PluginKit.Format(context, record).Split(' ', 4);
                records.Add(Normalize(parts[0], parts[1], parts[2], parts[3], isCached && context.Type == RecordType.PTR));
            }

            Append(text, records);
        }

        return text.ToString();
    }

    private static string Describe(JsonElement answer, bool isCached)
    {
        StringBuilder text = new(answer.GetProperty("rcode").GetString());
        text.Append(answer.GetProperty("flags").GetString()!.Split(' ').Contains("aa", StringComparer.Ordinal) ? " aa" : "");
        bool hasAged = isCached && answer.GetProperty("type").GetString() is "PTR";
        foreach (string section in (string[])["answer", "authority", "additional"])
        {
            Append(text, [.. answer.GetProperty(section).EnumerateArray().Select(record => Normalize(
                record[0].GetString()!, record[1].GetRawText(), record[2].GetString()!, record[3].GetString()!, hasAged))]);
        }

        return text.ToString();
    }

    /// <summary>An SOA's serial is the time of a change; the time to live of what came through a cache has aged.</summary>
    private static string Normalize(string owner, string timeToLive, string type, string rdata, bool hasAged)
    {
        string[] fields = rdata.Split(' ');
        if (type is "SOA")
        {
            fields[2] = "SERIAL";
        }

        return $"{owner} {(hasAged ? "TTL" : timeToLive)} {type} {string.Join(' ', fields)}";
    }

    private static void Append(StringBuilder text, List<string> records)
    {
        records.Sort(StringComparer.Ordinal);
        text.Append(" [").AppendJoin("; ", records).Append(']');
    }
}
