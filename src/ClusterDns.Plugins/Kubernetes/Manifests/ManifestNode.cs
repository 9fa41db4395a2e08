using ClusterDns.Core.Corefiles;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace ClusterDns.Plugins.Kubernetes.Manifests;

/// <summary>A value of a manifest, with its place: a scalar, a sequence or a mapping. JSON is read as the YAML that it is.</summary>
internal sealed class ManifestNode
{
    /// <summary>The maximum nesting depth of values; Kubernetes' own objects stay far below.</summary>
    private const int MaxDepth = 100;

    private static readonly ManifestNode[] NoItems = [];

    private readonly Dictionary<string, ManifestNode>? _members;

    private ManifestNode(SourcePlace place, string? scalar, IReadOnlyList<ManifestNode>? items, Dictionary<string, ManifestNode>? members)
    {
        Place = place;
        Scalar = scalar;
        IsSequence = items is not null;
        Items = items ?? NoItems;
        _members = members;
    }

    /// <summary>Where the value begins.</summary>
    public SourcePlace Place { get; }

    /// <summary>A scalar's text; null for anything else, and for a plain <c>null</c>.</summary>
    public string? Scalar { get; }

    /// <summary>Whether the value is a sequence.</summary>
    public bool IsSequence { get; }

    /// <summary>Whether the value is a mapping.</summary>
    public bool IsMapping => _members is not null;

    /// <summary>A sequence's values; none for anything else.</summary>
    public IReadOnlyList<ManifestNode> Items { get; }

    /// <summary>The names and values of a mapping's members that are scalars; none for anything else.</summary>
    public IEnumerable<KeyValuePair<string, string>> ScalarMembers
        => (_members ?? []).Where(static member => member.Value.Scalar is not null).Select(static member => KeyValuePair.Create(member.Key, member.Value.Scalar!));

    /// <summary>A member of a mapping; null where there is none, or it is null.</summary>
    /// <param name="name">The member's name.</param>
    public ManifestNode? this[string name]
        => _members is not null && _members.TryGetValue(name, out ManifestNode? member) && (member.Scalar is not null || member.IsSequence || member.IsMapping)
            ? member
            : null;

    /// <summary>Reads all documents of a file.</summary>
    /// <param name="file">Its name.</param>
    /// <param name="text">What is in it.</param>
    /// <exception cref="ManifestException">It is neither YAML nor JSON.</exception>
    public static IReadOnlyList<ManifestNode> ReadAll(string file, string text)
    {
        List<ManifestNode> documents = [];
        ReadAll(file, new StringReader(text), documents.Add, takeItem: null);
        return documents;
    }

    /// <summary>Reads the documents of a file one after the other, so that no more than one is in memory.</summary>
    /// <param name="file">Its name.</param>
    /// <param name="text">What is in it.</param>
    /// <param name="onDocument">Takes each document.</param>
    /// <param name="takeItem">
    /// Takes an item of a document's member <c>items</c> at once, given the document's kind as far as it is known by then, so that a long list is
    /// never in memory as a whole. When it returns false, the item stays in the document. Null to keep them all.
    /// </param>
    /// <exception cref="ManifestException">It is neither YAML nor JSON.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static void ReadAll(string file, TextReader text, Action<ManifestNode> onDocument, Func<ManifestNode, string?, bool>? takeItem)
    {
        Parser parser = new(text);
        try
        {
            parser.Consume<StreamStart>();
            while (parser.TryConsume<DocumentStart>(out _))
            {
                onDocument(Read(file, parser, depth: 0, takeItem));
                parser.Consume<DocumentEnd>();
            }
        }
        catch (YamlException exception)
        {
            throw NotYaml(file, exception.Start, exception);
        }
        catch (Exception exception) when (exception is not (ManifestException or IOException or OutOfMemoryException))
        {
            // The parser has bugs of its own on text that is not YAML; a file that is being written must not end the process.
            throw NotYaml(file, parser.Current?.Start ?? Mark.Empty, exception);
        }
    }

    private static ManifestException NotYaml(string file, Mark mark, Exception exception)
        => new(new SourcePlace(file, (int)mark.Line, (int)mark.Column), $"neither YAML nor JSON: {exception.Message}");

    private static ManifestNode Read(string file, Parser parser, int depth, Func<ManifestNode, string?, bool>? takeItem = null)
    {
        ParsingEvent start = parser.Current!;
        SourcePlace place = new(file, (int)start.Start.Line, (int)start.Start.Column);
        if (depth == MaxDepth)
        {
            throw new ManifestException(place, $"values are nested more than {MaxDepth} deep: expected a Kubernetes object");
        }

        if (start is Scalar scalar)
        {
            parser.MoveNext();
            bool isNull = scalar.Style == ScalarStyle.Plain && scalar.Value is "" or "null" or "~";
            return new ManifestNode(place, isNull ? null : scalar.Value, null, null);
        }

        if (parser.TryConsume<SequenceStart>(out _))
        {
            List<ManifestNode> items = [];
            while (!parser.TryConsume<SequenceEnd>(out _))
            {
                items.Add(Read(file, parser, depth + 1));
            }

            return new ManifestNode(place, null, items, null);
        }

        if (parser.TryConsume<MappingStart>(out _))
        {
            Dictionary<string, ManifestNode> members = new(StringComparer.Ordinal);
            while (!parser.TryConsume<MappingEnd>(out _))
            {
                string name = Read(file, parser, depth + 1).Scalar ?? "";
                members[name] = takeItem is not null && string.Equals(name, "items", StringComparison.Ordinal) && parser.Accept<SequenceStart>(out _)
                    ? ReadItems(file, parser, depth + 1, members, takeItem)
                    : Read(file, parser, depth + 1);
            }

            return new ManifestNode(place, null, null, members);
        }

        throw new ManifestException(place, "a YAML alias: expected the value itself");
    }

    private static ManifestNode ReadItems(
        string file, Parser parser, int depth, Dictionary<string, ManifestNode> members, Func<ManifestNode, string?, bool> takeItem)
    {
        SequenceStart start = parser.Consume<SequenceStart>();
        string? kind = members.TryGetValue("kind", out ManifestNode? member) ? member.Scalar : null;
        List<ManifestNode> kept = [];
        while (!parser.TryConsume<SequenceEnd>(out _))
        {
            ManifestNode item = Read(file, parser, depth + 1);
            if (!takeItem(item, kind))
            {
                kept.Add(item);
            }
        }

        return new ManifestNode(new SourcePlace(file, (int)start.Start.Line, (int)start.Start.Column), null, kept, null);
    }
}

/// <summary>A manifest that cannot be read.</summary>
/// <param name="place">Where it is wrong.</param>
/// <param name="problem">What is wrong, and what was expected.</param>
internal sealed class ManifestException(SourcePlace place, string problem) : Exception($"{place}: {problem}");
