using System.Text.Json;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Tests.TestKit;

namespace ClusterDns.Plugins.Tests.Kubernetes;

/// <summary>
/// What CoreDNS 1.14.7 answered over UDP under kubeadm's Corefile, without EDNS and with several sizes. A truncated reply holds any of
/// the answer's records; what leaves the cluster is not compared.
/// </summary>
public sealed class GoldenUdpTests
{
    [Fact]
    public void Messages_agree_with_the_recorded_ones()
    {
        PluginKit kit = new GoldenCorefile("kubeadm").Create("manifests cluster.json", new FakeFiles { ["cluster.json"] = GoldenCorefile.Cluster });
        int compared = 0;
        foreach (string line in File.ReadLines(Path.Combine(GoldenCorefile.Folder, "kubeadm.answers-udp.jsonl")))
        {
            using JsonDocument recorded = JsonDocument.Parse(line);
            JsonElement expected = recorded.RootElement;
            string name = expected.GetProperty("name").GetString()! + ".";
            Assert.True(RecordTypes.TryParse(expected.GetProperty("type").GetString()!, out RecordType type));
            ushort? udpSize = expected.TryGetProperty("ask_edns", out JsonElement asked) ? asked.GetProperty("udp").GetUInt16() : null;
            Query query = kit.CreateContext(name, type, udpSize, HeaderFlags.RecursionDesired);
            kit.Serve(query);
            if (query.Response.Status == ResponseStatus.Dropped || GoldenCorefile.LeavesTheCluster(expected))
            {
                continue;
            }

            query.Exchange.WriteResponse();
            Assert.Equal(Describe(expected), Describe(query));
            compared++;
        }

        Assert.Equal(24, compared);
    }

    private static string Describe(JsonElement recorded)
    {
        string flags = recorded.GetProperty("flags").GetString()!;
        bool isTruncated = flags.Split(' ').Contains("tc", StringComparer.Ordinal);
        bool hasEdns = recorded.TryGetProperty("edns", out JsonElement edns);
        string sections = isTruncated ? "" : string.Join('|', Enumerable.Range(0, 3).Select(section =>
            recorded.GetProperty(((ResponseSection)section).ToString().ToLowerInvariant()).GetArrayLength()));
        return $"{recorded.GetProperty("rcode").GetString()} {flags} {(hasEdns ? edns.GetProperty("udp").GetUInt16() : 0)} {sections}";
    }

    private static string Describe(Query query)
    {
        Assert.True(DnsHeader.TryRead(query.Exchange.ResponseMessage, out DnsHeader header));
        List<string> flags = [];
        foreach ((HeaderFlags flag, string word) in (ReadOnlySpan<(HeaderFlags, string)>)
            [
                (HeaderFlags.Response, "qr"), (HeaderFlags.AuthoritativeAnswer, "aa"), (HeaderFlags.Truncated, "tc"),
                (HeaderFlags.RecursionDesired, "rd"), (HeaderFlags.RecursionAvailable, "ra"),
            ])
        {
            if ((header.Flags & flag) != HeaderFlags.None)
            {
                flags.Add(word);
            }
        }

        int opt = query.HasEdns ? 1 : 0;
        bool isTruncated = (header.Flags & HeaderFlags.Truncated) != HeaderFlags.None;
        Assert.InRange(query.Exchange.ResponseLength, DnsHeader.Length, query.ResponseSizeLimit);
        Assert.True(!isTruncated || header.AnswerCount > 0);
        string sections = isTruncated ? "" : $"{header.AnswerCount}|{header.AuthorityCount}|{header.AdditionalCount - opt}";
        return $"{ResponseCodes.ToText(header.ResponseCode)} {string.Join(' ', flags)} {(opt == 1 ? query.UdpSize : 0)} {sections}";
    }
}
