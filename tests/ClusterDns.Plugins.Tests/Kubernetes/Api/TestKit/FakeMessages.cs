using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace ClusterDns.Plugins.Tests.Kubernetes.Api.TestKit;

/// <summary>What an API server says beside objects, as a real one was recorded to.</summary>
internal static class FakeMessages
{
    public static string Bookmark(FakeObjects objects, bool endsInitialEvents, long version)
    {
        JsonObject metadata = new() { ["resourceVersion"] = version.ToString(CultureInfo.InvariantCulture) };
        if (endsInitialEvents)
        {
            metadata["annotations"] = new JsonObject { ["k8s.io/initial-events-end"] = "true" };
        }

        JsonObject empty = new() { ["kind"] = objects.Kind, ["apiVersion"] = objects.ApiVersion, ["metadata"] = metadata };
        if (objects.Kind is "EndpointSlice")
        {
            empty["addressType"] = "";
            empty["endpoints"] = null;
            empty["ports"] = null;
        }
        else
        {
            empty["spec"] = new JsonObject();
            empty["status"] = objects.Kind is "Service" ? new JsonObject { ["loadBalancer"] = new JsonObject() } : new JsonObject();
        }

        return Line("BOOKMARK", empty);
    }

    public static string Line(string type, JsonObject item) => new JsonObject { ["type"] = type, ["object"] = item.DeepClone() }.ToJsonString();

    public static JsonObject Status(int code, string reason, string message, JsonObject? metadata = null, JsonObject? details = null)
    {
        JsonObject status = new()
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = metadata ?? new JsonObject(),
            ["status"] = "Failure",
            ["message"] = message,
            ["reason"] = reason,
        };
        if (details is not null)
        {
            status["details"] = details;
        }

        status["code"] = code;
        return status;
    }

    public static string Token(long version, int start)
        => Convert.ToBase64String(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{version} {start}")));

    public static (long Version, int Start) ReadToken(string token)
    {
        string[] parts = Encoding.UTF8.GetString(Convert.FromBase64String(token)).Split(' ');
        return (long.Parse(parts[0], CultureInfo.InvariantCulture), int.Parse(parts[1], CultureInfo.InvariantCulture));
    }
}
