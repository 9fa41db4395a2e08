using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Options;
using ClusterDns.Plugins.Kubernetes.Answers;
using ClusterDns.Plugins.Kubernetes.Filtering;

namespace ClusterDns.Plugins.Kubernetes.Options;

/// <summary>Reads <c>kubernetes [ZONES...] { … }</c>.</summary>
internal static class KubernetesOptionsReader
{
    private const string Removed = "of kubernetes was removed from CoreDNS before version 1.8: delete the line";

    private static readonly OptionValue<PodsMode> Pods =
        Values.Choice(("disabled", PodsMode.Disabled), ("insecure", PodsMode.Insecure), ("verified", PodsMode.Verified)).Default("disabled");

    /// <summary>The reader.</summary>
    public static OptionsReader<KubernetesOptions> Reader { get; } = ApiServerOptionsReader.Declare(new OptionsReader<KubernetesOptions>(static line =>
        new KubernetesOptions(line.Directive.Place, [], [], new ApiServerOptions(), TimeSpan.FromSeconds(5), PodsMode.Disabled, 5, []))
        .Zones(static (options, zones) => options with { Zones = zones })
        .List("manifests", new OptionValue<Token>("PATH", "path", "a file or folder", TryReadPath), static (options, paths) =>
            options with { Manifests = [.. options.Manifests, .. paths] })
        .List("namespaces", Values.Text("NAMESPACE"), static (options, names) => options with { Filter = options.Filter.With(namespaces: names) })
        .Option("namespace_labels", "EXPRESSION", static (options, line) => options with { Filter = options.Filter.With(namespaceLabels: ReadSelector(line)) })
        .Option("labels", "EXPRESSION", static (options, line) => options with { Filter = options.Filter.With(labels: ReadSelector(line)) })
        .Flag("noendpoints", static options => options with { Filter = options.Filter.With(takesEndpoints: false) })
        .Option("pods", Pods, static (options, mode) => options with { Pods = mode })
        .Flag("endpoint_pod_names", static options => options with { EndpointPodNames = true })
        .Option("ttl", Values.TimeToLive.Default("5"), static (options, seconds) => options with { TimeToLive = seconds }, ignoreExtra: true)
        .Fallthrough(static (options, zones) => options with { Fallthrough = zones })
        .Option("ignore", "empty_service", ReadIgnore)
        .Option("multicluster", "ZONES...", ReadMulticluster)
        .Flag("zonal", static options => options with { IsZonal = true })
        .Rejected("resyncperiod", Removed)
        .Rejected("upstream", Removed)
        .Rejected("transfer", Removed))
        .Conflict("zonal", "noendpoints", "topology zones are known from endpoints")
        .Conflict("namespaces", "namespace_labels", "expected one of them")
        .Complete(static (options, line) =>
        {
            if (options.Zones.All(KubernetesOptions.IsReverse))
            {
                line.Error(line.Directive.Place, "kubernetes has only reverse zones: expected a zone for Services, such as cluster.local");
            }

            return options;
        });

    /// <summary>No file can ever have an empty name or one with a NUL character, so there is nothing to wait for.</summary>
    private static bool TryReadPath(DirectiveReader line, Token word, out Token path)
    {
        path = word;
        bool isValid = word.Text.Length > 0 && !word.Text.Contains('\0', StringComparison.Ordinal);
        if (!isValid)
        {
            line.Error(word.Place, word.Text.Length == 0 ? "the path is empty: name a file or folder" : "the path contains a NUL character: remove it");
        }

        return isValid;
    }

    /// <summary>Reads a selector, whose words may be apart; an error has the place of the word that is malformed.</summary>
    private static LabelSelector ReadSelector(DirectiveReader line)
    {
        string text = string.Join(' ', line.Arguments);
        if (!LabelSelectorParser.TryParse(text, out LabelSelector selector, out string problem, out int offset) &
            line.ExpectArguments(1, int.MaxValue, $"{line.Name} EXPRESSION"))
        {
            int end = 0;
            Token word = line.Arguments.First(candidate => (end += candidate.Text.Length + 1) > offset || candidate == line.Arguments[^1]);
            line.Error(word.Place, $"{line.Name} '{text}': {problem}");
        }

        return selector;
    }

    private static KubernetesOptions ReadIgnore(KubernetesOptions options, DirectiveReader line)
    {
        if (line.Arguments.Count == 0)
        {
            line.Warn(line.Directive.Place, "'ignore' has no effect without a word: write 'ignore empty_service'");
            return options;
        }

        line.IgnoreArgumentsAfter(1);
        return Values.Choice("empty_service").TryRead(line, line.Arguments[0], out _) ? options with { IgnoresEmptyServices = true } : options;
    }

    /// <summary>Reads zones of the plugin; as in CoreDNS, a later line replaces an earlier.</summary>
    private static KubernetesOptions ReadMulticluster(KubernetesOptions options, DirectiveReader line)
    {
        // CoreDNS starts with such a line.
        if (line.Arguments.Count == 0)
        {
            line.Warn(line.Directive.Place, "'multicluster' has no effect without zones: write 'multicluster ZONES...'");
        }

        List<Zone> found = [];
        foreach (Token word in line.Arguments)
        {
            if (line.TryZones([word], [], out IReadOnlyList<Zone> zones))
            {
                found.AddRange(zones);
            }

            if (zones.Except(options.Zones).Any())
            {
                line.Error(word.Place, $"'{word.Text}' is not a zone of kubernetes: expected some of {string.Join(", ", options.Zones)}");
            }
        }

        return options with { MulticlusterZones = found };
    }
}
