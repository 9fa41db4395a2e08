using System.Net;
using System.Text;
using System.Text.Json;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Kubernetes;
using ClusterDns.Plugins.Kubernetes.External;
using ClusterDns.Plugins.Tests.Kubernetes.Api.TestKit;
using ClusterDns.Plugins.Tests.TestKit;

namespace ClusterDns.Plugins.Tests.Kubernetes.External;

/// <summary>What CoreDNS 1.14.7 answered with k8s_external for the same cluster.</summary>
public sealed class ExternalGoldenTests
{
    [Fact]
    public void Answers_from_manifests_are_the_recorded_ones()
        => Compare(Create("manifests cluster.json", new FakeFiles { ["cluster.json"] = GoldenCorefile.Cluster }));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Answers_from_an_API_server_are_the_recorded_ones(bool hasWatchList)
    {
        await using FakeApiServer server = await FakeApiServer.StartAsync();
        server.HasWatchList = hasWatchList;
        server.Put(GoldenCorefile.Cluster);
        PluginKit kit = Create($"endpoint {server.Url}", new FakeFiles());
        await using ApiKit api = await new ApiKit(server, kit).StartAsync();

        Compare(kit);
    }

    private static PluginKit Create(string source, FakeFiles files)
    {
        PluginKit kit = new(
            [
                new ExternalPlugin(),
                new KubernetesPlugin(static () => [IPAddress.Parse("192.0.2.2"), IPAddress.Parse("fd00::2"), IPAddress.Parse("fe80::fc:ff:fe00:1")]),
            ],
            $"kubernetes cluster.local {{\n {source}\n}}\nk8s_external example.org {{\n headless\n}}",
            static query => query.Response.Drop("next"),
            files);
        Assert.Equal("", kit.Errors);
        return kit;
    }

    private static void Compare(PluginKit kit)
    {
        int answers = 0;
        foreach (string line in File.ReadLines(Path.Combine(GoldenCorefile.Folder, "external.answers.jsonl")))
        {
            using JsonDocument recorded = JsonDocument.Parse(line);
            string name = recorded.RootElement.GetProperty("name").GetString()! + ".";
            Assert.True(RecordTypes.TryParse(recorded.RootElement.GetProperty("type").GetString(), out RecordType type));
            Query query = kit.Serve(name, type, transport: TransportProtocol.Tcp);

            Assert.Equal($"{name} {type}: {Describe(recorded.RootElement)}", $"{name} {type}: {Describe(query)}");
            answers++;
        }

        Assert.Equal(432, answers);
    }

    private static string Describe(Query query)
    {
        StringBuilder text = new($"{query.Response.Status} {ResponseCodes.ToText(query.Response.Code)} {query.Response.Authoritative}");
        for (ResponseSection section = ResponseSection.Answer; section <= ResponseSection.Additional; section++)
        {
            List<string> records = [];
            foreach (ResponseRecord record in query.Response[section].Span)
            {
                records.Add(WithoutSerial(PluginKit.Format(query, record)));
            }

            Append(text, records);
        }

        return text.ToString();
    }

    private static string Describe(JsonElement answer)
    {
        bool isAuthoritative = answer.GetProperty("flags").GetString()!.Split(' ').Contains("aa", StringComparer.Ordinal);
        StringBuilder text = new($"Answered {answer.GetProperty("rcode").GetString()} {isAuthoritative}");
        foreach (string section in (string[])["answer", "authority", "additional"])
        {
            Append(text, [.. answer.GetProperty(section).EnumerateArray().Select(static record =>
                WithoutSerial($"{record[0].GetString()} {record[1].GetRawText()} {record[2].GetString()} {record[3].GetString()}"))]);
        }

        return text.ToString();
    }

    /// <summary>An SOA's serial is the time of a change.</summary>
    private static string WithoutSerial(string record)
    {
        string[] fields = record.Split(' ');
        if (fields[2] is "SOA")
        {
            fields[5] = "SERIAL";
        }

        return string.Join(' ', fields);
    }

    private static void Append(StringBuilder text, List<string> records)
    {
        records.Sort(StringComparer.Ordinal);
        text.Append(" [").AppendJoin("; ", records).Append(']');
    }
}
