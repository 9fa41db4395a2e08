using System.Text.Json;
using System.Text.Json.Nodes;

namespace ClusterDns.ApiBench;

/// <summary>The objects of a <c>v1</c> List in a file, as an API server has them.</summary>
internal static class ServedFile
{
    private const int Version = 900;

    private static readonly (string Kind, string ApiVersion, string Path)[] Kinds =
    [
        ("Namespace", "v1", "/api/v1/namespaces"),
        ("Service", "v1", "/api/v1/services"),
        ("EndpointSlice", "discovery.k8s.io/v1", "/apis/discovery.k8s.io/v1/endpointslices"),
        ("Pod", "v1", "/api/v1/pods"),
    ];

    /// <summary>Reads a file.</summary>
    /// <param name="path">Its path.</param>
    /// <returns>The kinds, with all objects; <c>kube-system</c> is among the namespaces.</returns>
    public static IReadOnlyList<ServedKind> Read(string path)
    {
        using FileStream file = File.OpenRead(path);
        ILookup<string, byte[]> items = JsonNode.Parse(file)!["items"]!.AsArray()
            .Select(static item => item!.AsObject())
            .ToLookup(static item => (string)item["kind"]!, Render, StringComparer.Ordinal);
        return [.. Kinds.Select(kind => new ServedKind(
            kind.Path,
            kind.Kind,
            kind.ApiVersion,
            kind.Kind is "Namespace" ? items[kind.Kind].Prepend(ObjectTexts.Namespace("kube-system")) : items[kind.Kind]))];
    }

    /// <summary>An object as it is in a list: its kind is said once, by the list.</summary>
    private static byte[] Render(JsonObject item)
    {
        item.Remove("kind");
        item.Remove("apiVersion");
        JsonObject metadata = item["metadata"]!.AsObject();
        metadata["uid"] = $"{(string?)metadata["namespace"]}-{(string)metadata["name"]!}";
        metadata["resourceVersion"] = Version.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return JsonSerializer.SerializeToUtf8Bytes(item);
    }
}
