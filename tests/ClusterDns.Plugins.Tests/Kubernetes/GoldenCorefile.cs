using System.Net;
using System.Text;
using System.Text.Json;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Kubernetes;
using ClusterDns.Plugins.Tests.TestKit;
using Xunit.Abstractions;

namespace ClusterDns.Plugins.Tests.Kubernetes;

/// <summary>
/// A recorded Corefile, and what CoreDNS 1.14.7 answered under it. Where it forwards, questions that left the cluster (forwarded
/// ones, and ExternalNames with an outside target) are not compared.
/// </summary>
internal sealed class GoldenCorefile
{
    public static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Data", "golden");

    private readonly string _name;
    private readonly string _text;
    private readonly bool _forwards;

    public GoldenCorefile(string name)
    {
        _name = name;
        _text = File.ReadAllText(Path.Combine(Folder, name + ".Corefile"));
        _forwards = _text.Contains("forward ", StringComparison.Ordinal);
    }

    /// <summary>The recorded cluster, as a list of objects.</summary>
    public static string Cluster => File.ReadAllText(Path.Combine(Folder, "cluster.json"));

    /// <summary>Asks all recorded questions, and gives those that are answered otherwise than recorded.</summary>
    /// <param name="kit">The plugin, as <see cref="Create"/> makes it.</param>
    /// <param name="output">Told of them.</param>
    public IReadOnlyList<string> FindDisagreements(PluginKit kit, ITestOutputHelper output)
    {
        List<string> disagreements = [];
        SortedDictionary<string, (int Agree, int All)> counts = new(StringComparer.Ordinal);
        foreach (string line in File.ReadLines(Path.Combine(Folder, _name + ".answers.jsonl")))
        {
            using JsonDocument recorded = JsonDocument.Parse(line);
            JsonElement expected = recorded.RootElement;
            string name = expected.GetProperty("name").GetString()! + ".";
            string type = expected.GetProperty("type").GetString()!;
            Assert.True(RecordTypes.TryParse(type, out RecordType recordType));
            Query query = kit.Serve(name, recordType, transport: TransportProtocol.Tcp);
            if (_forwards && (query.Response.Status == ResponseStatus.Dropped || LeavesTheCluster(expected)))
            {
                continue;
            }

            string ours = Describe(query);
            string theirs = Describe(expected);
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
        return disagreements;
    }

    /// <summary>
    /// The kubernetes plugin as the Corefile has it, with the block's zones where it names none itself. Where nothing is forwarded, what
    /// is in no zone is refused, as the server refuses it.
    /// </summary>
    /// <param name="source">The option that says where the objects are.</param>
    /// <param name="files">The files there are.</param>
    public PluginKit Create(string source, FakeFiles files)
    {
        string directive = _text.Replace("kubeconfig {$KUBECONFIG}", source, StringComparison.Ordinal);
        int start = directive.IndexOf("kubernetes ", StringComparison.Ordinal);
        directive = directive[start..(directive.IndexOf('}', start) + 1)];
        if (directive.StartsWith("kubernetes {", StringComparison.Ordinal))
        {
            string block = _text.Split('\n').First(static line => line.Contains(":{$PORT}", StringComparison.Ordinal));
            directive = $"kubernetes {block.Replace(":{$PORT}", "", StringComparison.Ordinal)}{directive["kubernetes {".Length..]}";
        }

        PluginKit kit = new(
            new KubernetesPlugin(static () => [IPAddress.Parse("192.0.2.2"), IPAddress.Parse("fd00::2"), IPAddress.Parse("fe80::fc:ff:fe00:1")]),
            directive,
            _forwards ? static query => query.Response.Drop("next") : null,
            files);
        Assert.Equal("", kit.Errors);
        return kit;
    }

    private static string Classify(JsonElement answer, string type)
        => answer.GetProperty("answer").GetArrayLength() > 0 ? "positive " + type
            : string.Equals(answer.GetProperty("rcode").GetString(), "NOERROR", StringComparison.Ordinal) ? "NODATA"
            : answer.GetProperty("rcode").GetString()!;

    /// <summary>An answer that names the upstream's addresses, or the root, came from there.</summary>
    public static bool LeavesTheCluster(JsonElement answer)
    {
        string text = answer.GetRawText();
        return text.Contains("\"192.0.2.80\"", StringComparison.Ordinal)
            || text.Contains("\"2001:db8::80\"", StringComparison.Ordinal)
            || answer.GetProperty("authority").EnumerateArray().Any(static record =>
                record[2].GetString() is "SOA" && !record[0].GetString()!.EndsWith("cluster.local.", StringComparison.OrdinalIgnoreCase))
            || answer.GetProperty("answer").EnumerateArray().Any(static record => record[2].GetString() is "CNAME"
                && !record[3].GetString()!.EndsWith("cluster.local.", StringComparison.OrdinalIgnoreCase));
    }

    private string Describe(Query query)
    {
        StringBuilder text = new(ResponseCodes.ToText(query.Response.Code));
        text.Append(query.Response.Authoritative ? " aa" : "");
        for (ResponseSection section = ResponseSection.Answer; section <= ResponseSection.Additional; section++)
        {
            List<string> records = [];
            foreach (ResponseRecord record in query.Response[section].Span)
            {
                string[] parts = PluginKit.Format(query, record).Split(' ', 4);
                records.Add(Normalize(parts[0], parts[1], parts[2], parts[3], _forwards && query.Type == RecordType.PTR));
            }

            Append(text, records);
        }

        return text.ToString();
    }

    private string Describe(JsonElement answer)
    {
        StringBuilder text = new(answer.GetProperty("rcode").GetString());
        text.Append(answer.GetProperty("flags").GetString()!.Split(' ').Contains("aa", StringComparer.Ordinal) ? " aa" : "");
        bool hasAged = _forwards && answer.GetProperty("type").GetString() is "PTR";
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
