using System.Net;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Tests.TestKit;
using CsCheck;

namespace ClusterDns.Plugins.Tests.Kubernetes.Properties;

/// <summary>What the Kubernetes DNS specification 1.1.0 says of a cluster is what is answered, beside its extensions.</summary>
public sealed class SpecificationTests
{
    /// <summary>Every name has answers of the others that the specification says nothing of.</summary>
    private static readonly RecordType[] Types =
        [RecordType.A, RecordType.AAAA, RecordType.SRV, RecordType.PTR, RecordType.TXT, RecordType.CNAME, RecordType.MX];

    [Fact]
    public void Answers_are_those_of_the_specification()
        // The specification says nothing of EndpointSlices of names.
        => RandomObjects.ClusterOf(Gen.Frequency((2, RandomObjects.Service), (3, RandomObjects.AddressSlice))).Sample(
            static objects => ClusterQuestions.Check(objects, static some =>
            {
                SpecificationModel model = new(some);
                PluginKit kit = RandomOptions.Default.Create(some);
                foreach (ClusterQuestion question in ClusterQuestions.Create(some, RandomOptions.Default))
                {
                    // The specification says nothing of names of Pods and of ports without underscores. Reverse names have no NXDOMAIN in
                    // it for other types than PTR; here they have, as in CoreDNS.
                    bool isReverse = question.Name.EndsWith(".arpa.", StringComparison.Ordinal);
                    if (Types.Contains(question.Type) && !IsExtension(question.Name) && (!isReverse || question.Type == RecordType.PTR))
                    {
                        string[] lines = kit.Ask(question.Name, question.Type).Split('\n');
                        string[] answers = [.. lines.Where(static line => line.StartsWith("Answer: ", StringComparison.Ordinal)).Select(ToRecord)];
                        string type = RecordTypes.ToText(question.Type);
                        if (model.FindFault(question.Name, type, lines[0], answers) is { } fault)
                        {
                            Assert.Fail($"{question.Name} {type}: {fault}\nanswered: {string.Join('\n', lines)}");
                        }
                    }
                }
            }),
            print: static _ => "");

    private static bool IsExtension(string name)
    {
        string[] labels = name.Split('.');
        return (labels is [_, _, "pod", "cluster", "local", ""] && labels.Length == 6)
            || (labels.Length == 8 && !name.StartsWith('_') && name.EndsWith(".svc.cluster.local.", StringComparison.Ordinal));
    }

    /// <summary>"Answer: OWNER TTL TYPE RDATA" as "OWNER TYPE RDATA", without what the specification leaves open.</summary>
    private static string ToRecord(string line)
    {
        string[] fields = line.Split(' ');
        string rdata = fields[3] switch
        {
            "SRV" => string.Join(' ', fields[6..]),
            "AAAA" => IPAddress.Parse(fields[4]).ToString(),
            _ => string.Join(' ', fields[4..]),
        };
        return $"{fields[1]} {fields[3]} {rdata}";
    }
}
