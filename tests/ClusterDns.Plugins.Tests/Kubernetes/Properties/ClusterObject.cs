using System.Text.Json;

namespace ClusterDns.Plugins.Tests.Kubernetes.Properties;

/// <summary>An object of a cluster, as an API server writes it.</summary>
internal sealed class ClusterObject
{
    /// <param name="json">The object.</param>
    public ClusterObject(string json)
    {
        Json = json;
        using JsonDocument document = JsonDocument.Parse(json);
        Root = document.RootElement.Clone();
        Kind = Text(Root, "kind");
        Name = Text(Root, "metadata", "name");
        Namespace = Text(Root, "metadata", "namespace");
    }

    public string Json { get; }

    public JsonElement Root { get; }

    public string Kind { get; }

    public string Name { get; }

    public string Namespace { get; }

    /// <summary>What no other object has at the same time.</summary>
    public string Key => $"{Kind} {Namespace}/{Name}";

    public string? FindLabel(string name)
        => Find(Root, "metadata", "labels", name) is { ValueKind: JsonValueKind.String } label ? label.GetString() : null;

    /// <summary>A value within another; null where there is none, or it is null.</summary>
    public static JsonElement? Find(JsonElement value, params ReadOnlySpan<string> path)
    {
        foreach (string member in path)
        {
            if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty(member, out value))
            {
                return null;
            }
        }

        return value.ValueKind == JsonValueKind.Null ? null : value;
    }

    /// <summary>A text within a value; empty where there is none.</summary>
    public static string Text(JsonElement value, params ReadOnlySpan<string> path)
        => Find(value, path) is { ValueKind: JsonValueKind.String } text ? text.GetString()! : "";

    /// <summary>The items of a list within a value; none where there is no list.</summary>
    public static IEnumerable<JsonElement> Items(JsonElement value, params ReadOnlySpan<string> path)
        => Find(value, path) is { ValueKind: JsonValueKind.Array } items ? items.EnumerateArray() : [];

    public override string ToString() => Json;
}
