using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;

namespace ClusterDns.Plugins.Tests.Kubernetes.Api.TestKit;

/// <summary>A response of a real API server 1.36.</summary>
internal sealed record RecordedResponse(HttpStatusCode Code, string ContentType, string Body)
{
    public JsonNode[] Lines => ParseLines(Body);

    public static RecordedResponse Read(string name)
    {
        string text = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Data", "api", name + ".http")).ReplaceLineEndings("\n");
        int end = text.IndexOf("\n\n", StringComparison.Ordinal);
        string[] head = text[..end].Split('\n');
        return new RecordedResponse(
            (HttpStatusCode)int.Parse(head[0].Split(' ')[1], CultureInfo.InvariantCulture),
            head.Single(static line => line.StartsWith("content-type: ", StringComparison.Ordinal))["content-type: ".Length..].Trim(),
            text[(end + 2)..]);
    }

    public static JsonNode[] ParseLines(string text)
        => [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => JsonNode.Parse(line)!)];
}

/// <summary>What JSON looks like without its values: who reads it sees no other difference.</summary>
internal static class Shape
{
    /// <summary>The members of objects in order, those of arrays' elements included; texts that are one of few are kept.</summary>
    public static string Of(JsonNode node) => node switch
    {
        JsonObject item => "{" + string.Join(',', item.Select(static member => $"{member.Key}:{OfMember(member.Key, member.Value)}")) + "}",
        JsonArray items => "[" + string.Join(',', items.Select(static element => element is null ? "null" : Of(element))) + "]",
        _ => node.GetValueKind().ToString(),
    };

    /// <summary>The shapes of several, a line each.</summary>
    public static string OfAll(IEnumerable<JsonNode> nodes) => string.Join('\n', nodes.Select(Of));

    private static string OfMember(string name, JsonNode? value)
        => value is null ? "null"
            : name is "type" or "kind" or "apiVersion" or "code" or "reason" or "status" && value is JsonValue ? value.ToJsonString()
            : Of(value);
}
