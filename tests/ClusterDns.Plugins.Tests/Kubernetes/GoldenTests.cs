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
/// What CoreDNS 1.14.7 answered for the same cluster under kubeadm's Corefile. Questions that left the cluster (forwarded ones, and
/// ExternalNames with an outside target) are not compared.
/// </summary>
public sealed class GoldenTests(ITestOutputHelper output)
{
    private const double LeastAgreement = 0.95;

    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Data", "golden");

    [Fact]
    public void Answers_from_manifests_agree_with_the_recorded_ones()
    {
        FakeFiles files = new() { ["cluster.json"] = ReadCluster() };
        Compare(Create("manifests cluster.json", files));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Answers_from_an_API_server_agree_with_the_recorded_ones(bool hasWatchList)
    {
        await using FakeApiServer server = await FakeApiServer.StartAsync();
        server.HasWatchList = hasWatchList;
        server.Put(ReadCluster());
        PluginKit kit = Create($"endpoint {server.Url}", new FakeFiles());
        await using ApiKit api = await new ApiKit(server, kit).StartAsync();

        Compare(kit);
    }

    private static string ReadCluster() => File.ReadAllText(Path.Combine(Folder, "cluster.json"));

    private static PluginKit Create(string source, FakeFiles files)
    {
        PluginKit kit = new(
            new KubernetesPlugin(static () => [IPAddress.Parse("192.0.2.2"), IPAddress.Parse("fd00::2"), IPAddress.Parse("fe80::fc:ff:fe00:1")]),
            $"kubernetes cluster.local in-addr.arpa ip6.arpa {{\n {source}\n pods insecure\n fallthrough in-addr.arpa ip6.arpa\n ttl 30\n}}",
            static context => context.Response.Drop("next"),
            files);
        Assert.Equal("", kit.Errors);
        return kit;
    }

    private void Compare(PluginKit kit)
    {
        SortedDictionary<string, (int Agree, int All)> counts = new(StringComparer.Ordinal);
        foreach (string line in File.ReadLines(Path.Combine(Folder, "kubeadm.answers.jsonl")))
        {
            using JsonDocument recorded = JsonDocument.Parse(line);
            JsonElement expected = recorded.RootElement;
            string name = expected.GetProperty("name").GetString()! + ".";
            string type = expected.GetProperty("type").GetString()!;
            Assert.True(RecordTypes.TryParse(type, out RecordType recordType));
            QueryContext context = kit.Serve(name, recordType, transport: TransportProtocol.Tcp);
            if (context.Response.Status == ResponseStatus.Dropped || LeavesTheCluster(expected))
            {
                continue;
            }

            string ours = Describe(context);
            string theirs = Describe(expected);
            bool agrees = string.Equals(ours, theirs, StringComparison.Ordinal);
            string kind = Classify(expected, type);
            (int agree, int all) = counts.GetValueOrDefault(kind);
            counts[kind] = (agree + (agrees ? 1 : 0), all + 1);
            if (!agrees)
            {
                output.WriteLine($"{name} {type}\n  recorded: {theirs}\n  answered: {ours}");
            }
        }

        foreach ((string kind, (int agree, int all)) in counts)
        {
            output.WriteLine($"{kind}: {agree} of {all} agree");
        }

        Assert.True(counts.Count > 5);
        Assert.All(counts, static count => Assert.True(count.Value.Agree >= LeastAgreement * count.Value.All, count.Key));
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
                record[2].GetString() is "SOA" && record[0].GetString()!.EndsWith("cluster.local.", StringComparison.Ordinal) is false)
            || answer.GetProperty("answer").EnumerateArray().Any(static record => record[2].GetString() is "CNAME"
                && !record[3].GetString()!.EndsWith("cluster.local.", StringComparison.Ordinal));
    }

    private static string Describe(QueryContext context)
    {
        StringBuilder text = new(ResponseCodes.ToText(context.Response.Code));
        text.Append(context.Response.Authoritative ? " aa" : "");
        for (ResponseSection section = ResponseSection.Answer; section <= ResponseSection.Additional; section++)
        {
            List<string> records = [];
            foreach (ResponseRecord record in context.Response[section].Span)
            {
                string[] parts = PluginKit.Format(context, record).Split(' ', 4);
                records.Add(Normalize(parts[0], parts[1], parts[2], parts[3], context.Type == RecordType.PTR));
            }

            Append(text, records);
        }

        return text.ToString();
    }

    private static string Describe(JsonElement answer)
    {
        StringBuilder text = new(answer.GetProperty("rcode").GetString());
        text.Append(answer.GetProperty("flags").GetString()!.Split(' ').Contains("aa", StringComparer.Ordinal) ? " aa" : "");
        bool isReverse = answer.GetProperty("type").GetString() is "PTR";
        foreach (string section in (string[])["answer", "authority", "additional"])
        {
            Append(text, [.. answer.GetProperty(section).EnumerateArray().Select(record => Normalize(
                record[0].GetString()!, record[1].GetRawText(), record[2].GetString()!, record[3].GetString()!, isReverse))]);
        }

        return text.ToString();
    }

    /// <summary>An SOA's serial is the time of a change; a PTR's time to live came through a cache.</summary>
    private static string Normalize(string owner, string timeToLive, string type, string rdata, bool isReverse)
    {
        string[] fields = rdata.Split(' ');
        if (type is "SOA")
        {
            fields[2] = "SERIAL";
        }

        return $"{owner} {(isReverse ? "TTL" : timeToLive)} {type} {string.Join(' ', fields)}";
    }

    private static void Append(StringBuilder text, List<string> records)
    {
        records.Sort(StringComparer.Ordinal);
        text.Append(" [").AppendJoin("; ", records).Append(']');
    }
}
