using System.Text.RegularExpressions;
using ClusterDns.Core.Http;

namespace ClusterDns.Tests.DropIn;

/// <summary>
/// Corefiles as they are found in the field. For the loopback interface, ports and addresses are changed, and the cluster is read
/// from a file; nothing else.
/// </summary>
internal static partial class FieldCorefile
{
    /// <summary>Where <c>/health</c> and <c>/ready</c> are then.</summary>
    public static readonly HttpAddress Probed = new("127.0.0.1", 0);

    /// <summary>Where <c>/metrics</c> is then.</summary>
    public static readonly HttpAddress Scraped = new(HttpAddress.Localhost, 0);

    /// <summary>A made-up cluster.</summary>
    public static string Cluster => Read(Path.Combine("golden", "cluster.json"));

    /// <summary>The text for the loopback interface. FOLDER stands for the folder of the Corefile.</summary>
    /// <param name="name">Whose Corefile.</param>
    /// <param name="clusterServer">The address and port of the server that <c>10.96.0.11</c> stands for.</param>
    public static string ForLoopback(string name, string clusterServer)
    {
        string text = Read(Path.Combine("corefiles", name + ".Corefile"));
        text = text.Contains(" bind ", StringComparison.Ordinal)
            ? Bind().Replace(Key().Replace(text, "${zone}:0 {"), "bind 127.0.0.1 127.0.0.2")
            : Key().Replace(text, "${zone}:0 {\n    bind 127.0.0.1");
        text = Probe().Replace(text, $"${{indent}}${{name}} {Probed}${{brace}}");
        text = Prometheus().Replace(text, $"prometheus {Scraped}");
        text = Kubernetes().Replace(text, "${line}\n        manifests FOLDER/cluster.json");
        return text
            .Replace("10.96.0.11", clusterServer, StringComparison.Ordinal)
            .Replace("/etc/coredns/", "FOLDER/", StringComparison.Ordinal)
            .Replace("/etc/resolv.conf", "FOLDER/resolv.conf", StringComparison.Ordinal);
    }

    private static string Read(string file) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Data", file));

    [GeneratedRegex("^(?<zone>[^ :\n]+):[0-9]+ \\{$", RegexOptions.ExplicitCapture | RegexOptions.Multiline | RegexOptions.NonBacktracking)]
    private static partial Regex Key();

    [GeneratedRegex("bind [0-9. ]+", RegexOptions.NonBacktracking)]
    private static partial Regex Bind();

    [GeneratedRegex(
        "^(?<indent> +)(?<name>health|ready)( [^ \n]+:[0-9]+)?(?<brace> \\{)?$",
        RegexOptions.ExplicitCapture | RegexOptions.Multiline | RegexOptions.NonBacktracking)]
    private static partial Regex Probe();

    [GeneratedRegex("prometheus [^ \n]*:[0-9]+", RegexOptions.NonBacktracking)]
    private static partial Regex Prometheus();

    [GeneratedRegex("^(?<line> +kubernetes .*)$", RegexOptions.ExplicitCapture | RegexOptions.Multiline | RegexOptions.NonBacktracking)]
    private static partial Regex Kubernetes();
}
