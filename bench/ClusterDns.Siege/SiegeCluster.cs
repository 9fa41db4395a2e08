using System.Globalization;
using System.Text;

namespace ClusterDns.Siege;

/// <summary>
/// The besieged cluster as one file, in two forms: manifests, and a zone file for servers that read none. Only a marker changes from one writing
/// to the next, in place, so that writing costs the driver nothing but the writing.
/// </summary>
internal sealed class SiegeCluster
{
    private const string Marker = "m0000000";
    private const string SerialMarker = "1000000000";

    private readonly string _path;
    private readonly byte[] _content;
    private readonly int _marker;
    private readonly int _serial;
    private readonly int _services;

    /// <summary>A cluster that has not been written.</summary>
    /// <param name="path">Where it is written.</param>
    /// <param name="options">How large it is, and in which form.</param>
    public SiegeCluster(string path, SiegeOptions options)
    {
        _path = path;
        _services = options.Services;
        string text = options.IsCoreDns ? CreateZone(options) : CreateManifests(options);
        _content = Encoding.UTF8.GetBytes(text);
        _marker = _content.AsSpan().IndexOf(Encoding.UTF8.GetBytes(Marker));
        _serial = _content.AsSpan().IndexOf(Encoding.UTF8.GetBytes(SerialMarker));
    }

    /// <summary>The name that says which writing is served; it is an alias to <see cref="TargetOf"/>.</summary>
    public static string MarkerName => "marker.siege.svc.cluster.local.";

    /// <summary>A headless Service whose answers are large.</summary>
    public static string LargeName => "svc-0.siege.svc.cluster.local.";

    /// <summary>What the marker is an alias to.</summary>
    public static string TargetOf(int writing) => string.Create(CultureInfo.InvariantCulture, $"m{writing:D7}.outside.test.");

    /// <summary>The name of a Service that has a cluster IP.</summary>
    public string NameOf(int number) => string.Create(CultureInfo.InvariantCulture, $"svc-{1 + (number % (_services - 1))}.siege.svc.cluster.local.");

    /// <summary>The address of <see cref="NameOf"/>.</summary>
    public byte[] AddressOf(int number)
    {
        int service = 1 + (number % (_services - 1));
        return [10, 96, (byte)(service >> 8), (byte)service];
    }

    /// <summary>Writes the file, whole.</summary>
    /// <param name="writing">Its number.</param>
    public void Write(int writing)
    {
        Encoding.UTF8.GetBytes(writing.ToString("D7", CultureInfo.InvariantCulture)).CopyTo(_content.AsSpan(_marker + 1));
        if (_serial >= 0)
        {
            Encoding.UTF8.GetBytes((1_000_000_000 + writing).ToString(CultureInfo.InvariantCulture)).CopyTo(_content.AsSpan(_serial));
        }

        File.WriteAllBytes(_path + ".new", _content);
        File.Move(_path + ".new", _path, overwrite: true);
    }

    private static string CreateManifests(SiegeOptions options)
    {
        StringBuilder text = new("apiVersion: v1\nkind: Namespace\nmetadata: {name: siege}\n");
        text.Append(CultureInfo.InvariantCulture, $"---\napiVersion: v1\nkind: Service\nmetadata: {{name: marker, namespace: siege}}\nspec: {{type: ExternalName, externalName: {Marker}.outside.test}}\n");
        for (int service = 0; service < options.Services; service++)
        {
            string address = service == 0 ? "None" : Text($"10.96.{service >> 8}.{service & 255}");
            text.Append(
                CultureInfo.InvariantCulture,
                $"---\napiVersion: v1\nkind: Service\nmetadata: {{name: svc-{service}, namespace: siege}}\nspec: {{clusterIP: {address}, clusterIPs: [{address}], ports: [{{name: http, port: 80, protocol: TCP}}]}}\n");
            text.Append(
                CultureInfo.InvariantCulture,
                $"---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {{name: svc-{service}-a, namespace: siege, labels: {{kubernetes.io/service-name: svc-{service}}}}}\naddressType: IPv4\nports: [{{name: http, port: 8080, protocol: TCP}}]\nendpoints:\n");
            for (int endpoint = 0; endpoint < EndpointsOf(options, service); endpoint++)
            {
                text.Append(CultureInfo.InvariantCulture, $"- {{addresses: [{EndpointAddress(service, endpoint)}], hostname: pod-{endpoint}, conditions: {{ready: true}}}}\n");
            }
        }

        return text.ToString();
    }

    private static string CreateZone(SiegeOptions options)
    {
        StringBuilder text = new("$ORIGIN siege.svc.cluster.local.\n$TTL 5\n");
        text.Append(CultureInfo.InvariantCulture, $"@ IN SOA ns.dns.cluster.local. hostmaster.cluster.local. {SerialMarker} 7200 1800 86400 5\n@ IN NS ns.dns.cluster.local.\n");
        text.Append(CultureInfo.InvariantCulture, $"marker IN CNAME {Marker}.outside.test.\n");
        for (int service = 0; service < options.Services; service++)
        {
            if (service > 0)
            {
                text.Append(CultureInfo.InvariantCulture, $"svc-{service} IN A 10.96.{service >> 8}.{service & 255}\n");
            }

            for (int endpoint = 0; endpoint < EndpointsOf(options, service); endpoint++)
            {
                string owner = service == 0 ? "svc-0" : Text($"pod-{endpoint}.svc-{service}");
                text.Append(CultureInfo.InvariantCulture, $"{owner} IN A {EndpointAddress(service, endpoint)}\n");
            }
        }

        return text.ToString();
    }

    // The headless Service has as many as fill an answer of 16 KiB; the others share what is left.
    private static int EndpointsOf(SiegeOptions options, int service) => service == 0 ? 900 : options.EndpointsOfEach;

    private static string EndpointAddress(int service, int endpoint)
    {
        int number = service == 0 ? endpoint : 1024 + (service * 16) + endpoint;
        return Text($"10.{1 + (number >> 16)}.{(number >> 8) & 255}.{number & 255}");
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
