using System.Globalization;
using System.Text.Json.Nodes;

namespace ClusterDns.Plugins.Tests.Kubernetes.Api.TestKit;

/// <summary>An event of a kind's history.</summary>
internal sealed record FakeEvent(long Version, string Type, JsonObject Object);

/// <summary>The objects of one kind, as an API server keeps them, with everything that has happened to them. One thread at a time.</summary>
internal sealed class FakeObjects(string kind, string apiVersion)
{
    private readonly SortedDictionary<string, JsonObject> _objects = new(StringComparer.Ordinal);

    public string Kind => kind;

    public string ApiVersion => apiVersion;

    public List<FakeEvent> Events { get; } = [];

    /// <summary>The version up to which events are forgotten.</summary>
    public long Compacted { get; set; }

    public IEnumerable<JsonObject> All => _objects.Values;

    public FakeEvent Put(JsonObject item, long version)
    {
        string key = KeyOf(item);
        JsonObject stored = (JsonObject)item.DeepClone();
        stored.Remove("kind");
        stored.Remove("apiVersion");
        JsonObject metadata = stored["metadata"]!.AsObject();
        metadata["uid"] ??= Guid.NewGuid().ToString();
        metadata["resourceVersion"] = version.ToString(CultureInfo.InvariantCulture);
        string type = _objects.ContainsKey(key) ? "MODIFIED" : "ADDED";
        _objects[key] = stored;
        return Add(new FakeEvent(version, type, Typed(stored)));
    }

    public FakeEvent? Delete(string key, long version)
    {
        if (!_objects.Remove(key, out JsonObject? stored))
        {
            return null;
        }

        stored["metadata"]!["resourceVersion"] = version.ToString(CultureInfo.InvariantCulture);
        return Add(new FakeEvent(version, "DELETED", Typed(stored)));
    }

    public void Clear()
    {
        _objects.Clear();
        Events.Clear();
    }

    /// <summary>In a watch objects say what they are; in a list they do not.</summary>
    public JsonObject Typed(JsonObject stored)
    {
        JsonObject typed = new() { ["kind"] = kind, ["apiVersion"] = apiVersion };
        foreach ((string name, JsonNode? value) in stored)
        {
            typed[name] = value?.DeepClone();
        }

        return typed;
    }

    public static string KeyOf(JsonObject item)
        => $"{item["metadata"]!["namespace"]?.GetValue<string>()}/{item["metadata"]!["name"]!.GetValue<string>()}";

    private FakeEvent Add(FakeEvent happened)
    {
        Events.Add(happened);
        return happened;
    }
}
