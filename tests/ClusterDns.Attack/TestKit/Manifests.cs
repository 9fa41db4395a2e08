using System.Globalization;
using System.Text;

namespace ClusterDns.Attack.TestKit;

/// <summary>Made-up clusters as YAML, in the namespace <c>shop</c>.</summary>
internal static class Manifests
{
    /// <summary>A Service with a cluster IP.</summary>
    public static string Service(string name, string address)
        => $"---\napiVersion: v1\nkind: Service\nmetadata: {{name: {name}, namespace: shop}}\nspec: {{clusterIP: {address}, clusterIPs: [{address}], ports: [{{name: http, port: 80, protocol: TCP}}]}}\n";

    /// <summary>A Service <c>web</c> at 10.96.0.7, and a headless one <c>peers</c> with many endpoints.</summary>
    public static string Headless(int endpoints)
    {
        StringBuilder text = new("apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n");
        text.Append(Service("web", "10.96.0.7"));
        text.Append("---\napiVersion: v1\nkind: Service\nmetadata: {name: peers, namespace: shop}\nspec: {clusterIP: None, ports: [{name: http, port: 80, protocol: TCP}]}\n");
        AppendSlice(text, "peers", endpoints, 1);
        return text.ToString();
    }

    /// <summary>Services <c>svc-0</c> and so on, at 10.96.0.1 and so on, every fifth headless, each with endpoints.</summary>
    public static string Cluster(int services, int endpointsOfEach)
    {
        StringBuilder text = new("apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n");
        for (int i = 0; i < services; i++)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"svc-{i}");
            int number = i + 1;
            text.Append(i % 5 == 4
                ? $"---\napiVersion: v1\nkind: Service\nmetadata: {{name: {name}, namespace: shop}}\nspec: {{clusterIP: None, ports: [{{name: http, port: 80, protocol: TCP}}]}}\n"
                : Service(name, string.Create(CultureInfo.InvariantCulture, $"10.96.{number / 256}.{number % 256}")));
            AppendSlice(text, name, endpointsOfEach, i * endpointsOfEach);
        }

        return text.ToString();
    }

    private static void AppendSlice(StringBuilder text, string service, int endpoints, int first)
    {
        text.Append(
            CultureInfo.InvariantCulture,
            $"---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {{name: {service}-1, namespace: shop, labels: {{kubernetes.io/service-name: {service}}}}}\naddressType: IPv4\nports: [{{name: http, port: 8080, protocol: TCP}}]\nendpoints:\n");
        for (int i = 0; i < endpoints; i++)
        {
            int number = first + i;
            text.Append(
                CultureInfo.InvariantCulture, $"- {{addresses: [10.{(number >> 16) + 1}.{(number >> 8) & 255}.{number & 255}], hostname: peer-{i}, conditions: {{ready: true}}}}\n");
        }
    }
}
