using System.Globalization;
using System.Text;
using ClusterDns.Core.Wire;

namespace ClusterDns.Soak;

/// <summary>
/// A Service of the made-up cluster. Its slot says of which kind it is; there are several forms of each, with other addresses, endpoints or
/// targets.
/// </summary>
internal static class ServiceForm
{
    /// <summary>How many forms there are, counted from 1.</summary>
    public const int Forms = 3;

    /// <summary>The namespace of all.</summary>
    public const string Namespace = "soak";

    private const int Kinds = 4;
    private const int Port = 8080;

    private enum Kind
    {
        ClusterAddress,
        TwoFamilies,
        Headless,
        External,
    }

    /// <summary>What is true of a Service's names when it has a form.</summary>
    public static IEnumerable<(SoakQuestion Question, string Answer)> Describe(int slot, int form)
    {
        string name = FullName(slot);
        return KindOf(slot) switch
        {
            Kind.Headless => DescribeHeadless(name, slot, form),
            Kind.External =>
            [
                (new SoakQuestion(name, RecordType.CNAME), AnswerText.Of(Target(form))),
                (new SoakQuestion(name, RecordType.A), AnswerText.Of(Target(form), OutsideServer.AddressOf(Target(form)))),
            ],
            _ =>
            [
                (new SoakQuestion(name, RecordType.A), AnswerText.Of(ClusterAddress(slot, form))),
                (new SoakQuestion(name, RecordType.AAAA), KindOf(slot) == Kind.TwoFamilies ? AnswerText.Of(ClusterAddress6(slot, form)) : AnswerText.Of()),
                (new SoakQuestion($"_http._tcp.{name}", RecordType.SRV), AnswerText.Of(Text($"{Port}:{name}"))),
                (new SoakQuestion(ReverseName(ClusterAddress(slot, form)), RecordType.PTR), AnswerText.Of(name)),
            ],
        };
    }

    /// <summary>Writes a Service's objects when it has a form.</summary>
    public static void WriteManifests(StringBuilder text, int slot, int form)
    {
        Kind kind = KindOf(slot);
        text.Append(CultureInfo.InvariantCulture, $"---\napiVersion: v1\nkind: Service\nmetadata: {{name: svc-{slot}, namespace: {Namespace}}}\nspec:\n");
        text.Append(kind switch
        {
            Kind.External => $"  type: ExternalName\n  externalName: {Target(form).TrimEnd('.')}\n",
            Kind.Headless => "  clusterIP: None\n  clusterIPs: [None]\n",
            Kind.TwoFamilies => $"  clusterIP: {ClusterAddress(slot, form)}\n  clusterIPs: [{ClusterAddress(slot, form)}, \"{ClusterAddress6(slot, form)}\"]\n",
            _ => $"  clusterIP: {ClusterAddress(slot, form)}\n  clusterIPs: [{ClusterAddress(slot, form)}]\n",
        });
        if (kind != Kind.External)
        {
            text.Append(CultureInfo.InvariantCulture, $"  ports: [{{name: http, port: {Port}, protocol: TCP}}]\n");
        }

        if (kind == Kind.Headless)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {{name: svc-{slot}-a, namespace: {Namespace}, labels: {{kubernetes.io/service-name: svc-{slot}}}}}\naddressType: IPv4\nports: [{{name: http, port: {Port}, protocol: TCP}}]\nendpoints:\n");
            for (int endpoint = 1; endpoint <= form; endpoint++)
            {
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"- {{addresses: [{EndpointAddress(slot, endpoint)}], hostname: pod-{endpoint}, conditions: {{ready: true}}}}\n");
            }
        }
    }

    private static IEnumerable<(SoakQuestion Question, string Answer)> DescribeHeadless(string name, int slot, int form)
    {
        List<int> endpoints = [.. Enumerable.Range(1, form)];
        yield return (new SoakQuestion(name, RecordType.A), AnswerText.Of(endpoints.Select(endpoint => EndpointAddress(slot, endpoint))));
        yield return (new SoakQuestion($"_http._tcp.{name}", RecordType.SRV), AnswerText.Of(endpoints.Select(endpoint => Text($"{Port}:pod-{endpoint}.{name}"))));
        foreach (int endpoint in endpoints)
        {
            string podName = Text($"pod-{endpoint}.{name}");
            yield return (new SoakQuestion(podName, RecordType.A), AnswerText.Of(EndpointAddress(slot, endpoint)));
            yield return (new SoakQuestion(ReverseName(EndpointAddress(slot, endpoint)), RecordType.PTR), AnswerText.Of(podName));
        }
    }

    private static Kind KindOf(int slot) => (Kind)(slot % Kinds);

    private static string FullName(int slot) => Text($"svc-{slot}.{Namespace}.svc.cluster.local.");

    private static string ClusterAddress(int slot, int form) => Text($"10.96.{form}.{slot + 1}");

    private static string ClusterAddress6(int slot, int form) => Text($"fd00:96::{form:x}:{slot + 1:x}");

    private static string EndpointAddress(int slot, int endpoint) => Text($"10.0.{slot}.{endpoint}");

    private static string Target(int form) => Text($"target-{form}.outside.test.");

    private static string ReverseName(string address) => $"{string.Join('.', address.Split('.').Reverse())}.in-addr.arpa.";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
