using ClusterDns.Core.Corefiles;
using ClusterDns.Plugins.Kubernetes.Filtering;

namespace ClusterDns.Plugins.Kubernetes.Options;

/// <summary>Reads the options that say which objects of the cluster there are for DNS.</summary>
internal sealed class FilterOptionsParser
{
    /// <summary>The options' names.</summary>
    public static readonly string[] Names = ["namespaces", "namespace_labels", "labels", "noendpoints"];

    private readonly HashSet<string> _namespaces = new(StringComparer.Ordinal);
    private SourcePlace _namespacesPlace;
    private SourcePlace _namespaceLabelsPlace;
    private LabelSelector? _namespaceLabels;
    private LabelSelector _labels = LabelSelector.Everything;
    private bool _takesEndpoints = true;

    /// <summary>The filter that the options make.</summary>
    public ObjectFilter Filter
        => new(_namespaces, _namespaceLabels ?? LabelSelector.Everything, _labels, _takesEndpoints);

    /// <summary>Reads one of the options.</summary>
    /// <param name="reader">The option line.</param>
    /// <returns>False when an error was reported.</returns>
    public bool Parse(DirectiveReader reader)
    {
        switch (reader.Name)
        {
            case "namespaces":
                _namespaces.UnionWith(reader.Arguments.Select(static name => name.Text));
                _namespacesPlace = reader.Directive.Place;
                return reader.ExpectArguments(1, int.MaxValue, "namespaces NAMESPACE...") && ExpectOneOf(reader);
            case "namespace_labels":
                _namespaceLabelsPlace = reader.Directive.Place;
                return TrySelector(reader, out _namespaceLabels) && ExpectOneOf(reader);
            case "labels":
                return TrySelector(reader, out _labels);
            default:
                _takesEndpoints = false;
                return reader.ExpectArguments(0, 0, "noendpoints");
        }
    }

    private bool ExpectOneOf(DirectiveReader reader)
    {
        bool isOne = _namespaces.Count == 0 || _namespaceLabels is null;
        if (!isOne)
        {
            string other = reader.Name is "namespaces" ? $"namespace_labels at {_namespaceLabelsPlace}" : $"namespaces at {_namespacesPlace}";
            reader.Error(reader.Directive.Place, $"{reader.Name} stands beside {other}, expected one of them");
        }

        return isOne;
    }

    /// <summary>Reads a selector, whose words may be apart; an error stands at the word that is wrong.</summary>
    private static bool TrySelector(DirectiveReader reader, out LabelSelector selector)
    {
        selector = LabelSelector.Everything;
        if (!reader.ExpectArguments(1, int.MaxValue, $"{reader.Name} EXPRESSION"))
        {
            return false;
        }

        string text = string.Join(' ', reader.Arguments);
        bool isRight = LabelSelectorParser.TryParse(text, out selector, out string problem, out int offset);
        if (!isRight)
        {
            Token word = reader.Arguments[0];
            for (int i = 0, start = 0; i < reader.Arguments.Count && start <= offset; i++)
            {
                word = reader.Arguments[i];
                start += word.Text.Length + 1;
            }

            reader.Error(word.Place, $"{reader.Name} '{text}': {problem}");
        }

        return isRight;
    }
}
