using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace ClusterDns.ApiBench;

/// <summary>
/// Objects as an API server has them in a list, with everything beside what DNS needs that real ones carry: managed fields, owners, conditions.
/// </summary>
internal static class ObjectTexts
{
    private const string Time = "2026-11-22T22:31:43Z";

    /// <summary>A Namespace.</summary>
    public static byte[] Namespace(string name) => Render(
        $$$$$$"""{"metadata":{"name":"{{{{{{name}}}}}}","uid":"{{{{{{Uid(name)}}}}}}","resourceVersion":"7","creationTimestamp":"{{{{{{Time}}}}}}","labels":{"kubernetes.io/metadata.name":"{{{{{{name}}}}}}"},"managedFields":[{"manager":"kubectl-create","operation":"Update","apiVersion":"v1","time":"{{{{{{Time}}}}}}","fieldsType":"FieldsV1","fieldsV1":{"f:metadata":{"f:labels":{".":{},"f:kubernetes.io/metadata.name":{}}}}}]},"spec":{"finalizers":["kubernetes"]},"status":{"phase":"Active"}}""");

    /// <summary>A Service with a port 8080 named http.</summary>
    /// <param name="space">The namespace.</param>
    /// <param name="name">The name.</param>
    /// <param name="version">The version.</param>
    /// <param name="addresses">Its own addresses; none for a headless one.</param>
    public static byte[] Service(string space, string name, long version, params string[] addresses)
    {
        string primary = addresses.Length > 0 ? addresses[0] : "None";
        string all = addresses.Length > 0 ? string.Join("\",\"", addresses) : "None";
        string families = addresses.Length > 1 ? "\"IPv4\",\"IPv6\"" : "\"IPv4\"";
        return Render(
            $$$$"""{"metadata":{{{{Metadata(space, name, version)}}}},"spec":{"ports":[{"name":"http","protocol":"TCP","port":8080,"targetPort":"http"}],"selector":{"app.kubernetes.io/instance":"{{{{name}}}}","app.kubernetes.io/name":"web"},"clusterIP":"{{{{primary}}}}","clusterIPs":["{{{{all}}}}"],"type":"ClusterIP","sessionAffinity":"None","ipFamilies":[{{{{families}}}}],"ipFamilyPolicy":"SingleStack","internalTrafficPolicy":"Cluster"},"status":{"loadBalancer":{}}}""");
    }

    /// <summary>An ExternalName Service.</summary>
    /// <param name="space">The namespace.</param>
    /// <param name="name">The name.</param>
    /// <param name="version">The version.</param>
    /// <param name="target">The name that stands for it.</param>
    public static byte[] ExternalName(string space, string name, long version, string target) => Render(
        $$$$"""{"metadata":{{{{Metadata(space, name, version)}}}},"spec":{"externalName":"{{{{target}}}}","type":"ExternalName","sessionAffinity":"None"},"status":{"loadBalancer":{}}}""");

    /// <summary>An EndpointSlice with a port 8080 named http.</summary>
    /// <param name="space">The namespace.</param>
    /// <param name="name">The name.</param>
    /// <param name="service">The name of its Service.</param>
    /// <param name="version">The version.</param>
    /// <param name="endpoints">Each endpoint's address, the name of its Pod, and its hostname or nothing.</param>
    public static byte[] Slice(
        string space, string name, string service, long version, IEnumerable<(string Address, string Pod, string Hostname)> endpoints)
    {
        StringBuilder text = new();
        foreach ((string address, string pod, string hostname) in endpoints)
        {
            text.Append(text.Length > 0 ? "," : "").Append(CultureInfo.InvariantCulture, $$"""{"addresses":["{{address}}"],"conditions":{"ready":true,"serving":true,"terminating":false},""");
            text.Append(hostname.Length > 0 ? $"\"hostname\":\"{hostname}\"," : "");
            text.Append(CultureInfo.InvariantCulture, $$$"""
                "targetRef":{"kind":"Pod","namespace":"{{{space}}}","name":"{{{pod}}}","uid":"{{{Uid(pod)}}}"},"nodeName":"{{{NodeOf(address)}}}","zone":"eu-central-1a"}
                """);
        }

        return Render(
            $$$$"""{"metadata":{"name":"{{{{name}}}}","generateName":"{{{{service}}}}-","namespace":"{{{{space}}}}","uid":"{{{{Uid(name)}}}}","resourceVersion":"{{{{version}}}}","generation":3,"creationTimestamp":"{{{{Time}}}}","labels":{"app.kubernetes.io/managed-by":"Helm","app.kubernetes.io/name":"web","endpointslice.kubernetes.io/managed-by":"endpointslice-controller.k8s.io","kubernetes.io/service-name":"{{{{service}}}}"},"ownerReferences":[{"apiVersion":"v1","kind":"Service","name":"{{{{service}}}}","uid":"{{{{Uid(service)}}}}","controller":true,"blockOwnerDeletion":true}],"managedFields":[{"manager":"kube-controller-manager","operation":"Update","apiVersion":"discovery.k8s.io/v1","time":"{{{{Time}}}}","fieldsType":"FieldsV1","fieldsV1":{"f:addressType":{},"f:endpoints":{},"f:metadata":{"f:generateName":{},"f:labels":{".":{},"f:app.kubernetes.io/managed-by":{},"f:app.kubernetes.io/name":{},"f:endpointslice.kubernetes.io/managed-by":{},"f:kubernetes.io/service-name":{}},"f:ownerReferences":{".":{},"k:{\"uid\":\"{{{{Uid(service)}}}}\"}":{}}},"f:ports":{}}}]},"addressType":"IPv4","endpoints":[{{{{text}}}}],"ports":[{"name":"http","protocol":"TCP","port":8080}]}""");
    }

    /// <summary>The node that a Pod with an address is on.</summary>
    public static string NodeOf(string address) => $"ip-{address.Replace('.', '-')[..^2]}.eu-central-1.compute.internal";

    /// <summary>A uid, the same for the same text.</summary>
    public static string Uid(string text)
    {
        ulong hash = 14695981039346656037;
        foreach (char letter in text)
        {
            hash = unchecked((hash ^ letter) * 1099511628211);
        }

        return string.Create(CultureInfo.InvariantCulture, $"{hash >> 32:x8}-{(hash >> 16) & 0xFFFF:x4}-4c3d-8e5f-{hash & 0xFFFFFFFFFFFF:x12}");
    }

    /// <summary>UTF-8 of a text in the invariant culture.</summary>
    public static byte[] Render(DefaultInterpolatedStringHandler text) => Encoding.UTF8.GetBytes(text.ToStringAndClear());

    private static string Metadata(string space, string name, long version) => string.Create(
        CultureInfo.InvariantCulture,
        $$$$$"""{"name":"{{{{{name}}}}}","namespace":"{{{{{space}}}}}","uid":"{{{{{Uid(name)}}}}}","resourceVersion":"{{{{{version}}}}}","creationTimestamp":"{{{{{Time}}}}}","labels":{"app.kubernetes.io/instance":"{{{{{name}}}}}","app.kubernetes.io/managed-by":"Helm","app.kubernetes.io/name":"web","helm.sh/chart":"web-1.14.2"},"annotations":{"meta.helm.sh/release-name":"{{{{{name}}}}}","meta.helm.sh/release-namespace":"{{{{{space}}}}}"},"managedFields":[{"manager":"helm","operation":"Update","apiVersion":"v1","time":"{{{{{Time}}}}}","fieldsType":"FieldsV1","fieldsV1":{"f:metadata":{"f:annotations":{".":{},"f:meta.helm.sh/release-name":{},"f:meta.helm.sh/release-namespace":{}},"f:labels":{".":{},"f:app.kubernetes.io/instance":{},"f:app.kubernetes.io/managed-by":{},"f:app.kubernetes.io/name":{},"f:helm.sh/chart":{}}},"f:spec":{"f:internalTrafficPolicy":{},"f:ports":{".":{},"k:{\"port\":8080,\"protocol\":\"TCP\"}":{".":{},"f:name":{},"f:port":{},"f:protocol":{},"f:targetPort":{}}},"f:selector":{},"f:sessionAffinity":{},"f:type":{}}}}]}""");
}
