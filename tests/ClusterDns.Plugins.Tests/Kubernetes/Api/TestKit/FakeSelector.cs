using System.Text.Json.Nodes;
using ClusterDns.Plugins.Kubernetes.Filtering;

namespace ClusterDns.Plugins.Tests.Kubernetes.Api.TestKit;

/// <summary>Which objects a request is about, by their labels and fields.</summary>
internal sealed class FakeSelector(FakeRequest request)
{
    private readonly LabelSelector _labels = ReadLabels(request.Query["labelSelector"].ToString());
    private readonly string[] _fields = request.Query["fieldSelector"].ToString().Split(',', StringSplitOptions.RemoveEmptyEntries);

    public bool Matches(JsonObject item)
        => _labels.Matches(name => item["metadata"]!["labels"]?[name]?.GetValue<string>()) && Array.TrueForAll(_fields, field => Matches(item, field));

    /// <summary>An object that no longer is what is asked for is gone for the one who asks.</summary>
    public string GetEventType(FakeEvent happened) => Matches(happened.Object) ? happened.Type : "DELETED";

    private static bool Matches(JsonObject item, string field)
    {
        bool isNot = field.Contains("!=", StringComparison.Ordinal);
        string[] parts = field.Split(isNot ? "!=" : "=");
        JsonNode? node = item;
        foreach (string name in parts[0].Split('.'))
        {
            node = node?[name];
        }

        return string.Equals(node?.GetValue<string>() ?? "", parts[1], StringComparison.Ordinal) != isNot;
    }

    private static LabelSelector ReadLabels(string text)
    {
        Assert.True(LabelSelectorParser.TryParse(text, out LabelSelector selector, out string problem, out _), problem);
        return selector;
    }
}
