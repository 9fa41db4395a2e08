using CsCheck;
using static ClusterDns.Plugins.Tests.Kubernetes.Properties.RandomJson;

namespace ClusterDns.Plugins.Tests.Kubernetes.Properties;

/// <summary>
/// Random objects as an API server gives them, odd ones included. There are few names and few addresses, so that objects get in each
/// other's way.
/// </summary>
internal static class RandomObjects
{
    private static readonly string[] Addresses =
    [
        "10.1.0.1", "10.1.0.2", "10.1.0.3", "fd00::1", "FD00::0001", "fd00:0:0::1", "fd00:0:0:0:0:0:0:2", "fd00::0.0.0.2", "fd00:1::",
        "fd00::5efe:a01:1", "fd00:0:0:1::1", "2001:db8:0:1:1:1:1:1", "::ffff:10.1.0.1", "fd00::1:0:0:1",
    ];

    private static readonly Gen<string> Name = Gen.OneOf("web", "web", "web", "db", "db", "1st", "pod", "ns");
    private static readonly Gen<string> Space = Gen.OneOf("a", "a", "a", "b", "svc");
    private static readonly Gen<string> Address = Text(Addresses);

    private static readonly Gen<string> Extra = Gen.OneOf(
        "",
        "",
        """
        "managedFields":[{"manager":"kubectl","operation":"Update","fieldsType":"FieldsV1","fieldsV1":{"f:metadata":{"f:name":{},"f:labels":{".":{}}}}}]
        """.Trim(),
        """
        "ownerReferences":[{"kind":"Service","name":"trap","uid":"00000000-0000-0000-0000-000000000001","controller":true}]
        """.Trim(),
        """
        "annotations":{"name":"trap","kubernetes.io/service-name":"trap","endpoints.kubernetes.io/last-change-trigger-time":"2026-01-01T00:00:00Z"}
        """.Trim(),
        """
        "future":[{"name":"trap","addresses":["10.9.9.9"],"spec":{"clusterIP":"10.9.9.9","\u0061":null}},null,[],0.5e3,"\ud83d\ude00 \"\\/"]
        """.Trim());

    /// <summary>Labels that selectors ask for.</summary>
    private static readonly Gen<string>[] Labels =
        [Maybe("app", Text("x", "y", "")), Maybe("tier", Text("gold", "Silver"))];

    private static readonly Gen<string> Ports = List(
        Map(
            Maybe("name", Text("http", "dns", "")),
            Maybe("protocol", Text("TCP", "UDP", "SCTP")),
            Member("port", Gen.OneOf("80", "53", "65535")),
            Maybe("targetPort", Gen.OneOf("8080", "\"http\"")),
            Maybe("appProtocol", Text("kubernetes.io/h2c"))),
        0,
        3);

    private static readonly Gen<string> SlicePorts = List(
        Map(
            Maybe("name", Text("http", "dns", "")),
            Maybe("protocol", Text("TCP", "UDP", "SCTP", "")),
            Maybe("port", Gen.OneOf("80", "53", "65535"))),
        0,
        2);

    private static readonly Gen<string> Endpoint = Map(
        Member("addresses", List(Address, 1, 2)),
        Maybe("conditions", Map(Maybe("ready", Truth), Maybe("serving", Truth), Maybe("terminating", Truth))),
        Maybe("hostname", Text("h0", "h1", "web", "10-1-0-2", "fd00--1")),
        Maybe("targetRef", Map(Maybe("kind", Text("Pod")), Maybe("name", Text("p0", "p.1", "h0", new string('p', 63), new string('q', 64))))),
        Maybe("nodeName", Text("node-a")),
        Maybe("zone", Text("zone-a", "Zone-B", "eu.west-1", "")),
        Maybe("hints", Gen.Const("{\"forZones\":[{\"name\":\"zone-b\"}]}")));

    /// <summary>Services of every type.</summary>
    public static Gen<ClusterObject> Service { get; } = Gen.OneOf(
        Gen.Select(Gen.OneOf("10.0.0.1", "10.0.0.2", "fd00:96::a"), Gen.OneOf("", "fd00:96::b", "fd00:96:0::c", "10.0.0.3"))
            .SelectMany((primary, secondary) => ServiceOf(
                Maybe("type", Text("ClusterIP", "NodePort", "LoadBalancer")),
                Member("clusterIP", Gen.Const($"\"{primary}\"")),
                Maybe("clusterIPs", Gen.Const(secondary.Length == 0 ? $"[\"{primary}\"]" : $"[\"{primary}\",\"{secondary}\"]")))),
        ServiceOf(Maybe("type", Text("ClusterIP")), Member("clusterIP", Text("None")), Maybe("clusterIPs", Gen.Const("[\"None\"]"))),
        ServiceOf(
            Member("type", Text("ExternalName")),
            Member("externalName", Text(
                "www.example.com", "www.example.com.", "192.0.2.1", "web.a.svc.cluster.local", "db.b.svc.cluster.local.", "pod.svc.svc.cluster.local",
                "h0.web.a.svc.cluster.local", "10-1-0-1.a.pod.cluster.local", "nosuch.a.svc.cluster.local", "ns.dns.cluster.local", "cluster.local"))));

    /// <summary>EndpointSlices of addresses: of Services, of Services that are not there, of imports and of nothing.</summary>
    public static Gen<ClusterObject> AddressSlice { get; } = Object(
        "EndpointSlice",
        Gen.OneOf("s0", "s1", "s2", "s3"),
        Space,
        [
            Maybe("kubernetes.io/service-name", Text("web", "web", "web", "db", "db", "1st", "pod", "lost", "WEB", "")),
            Gen.Frequency((3, Gen.Const("")), (1, Member("multicluster.kubernetes.io/service-name", Text("web", "db", "lost", "WEB")))),
            Maybe("multicluster.kubernetes.io/source-cluster", Text("east", "west", "")),
            Maybe("service.kubernetes.io/headless", Text("")),
            .. Labels,
        ],
        [
            .. Reversed(
                Member("addressType", Text("IPv4", "IPv6")),
                Maybe("endpoints", List(Endpoint, 0, 3)),
                Maybe("ports", SlicePorts)),
        ]);

    /// <summary>The same, and EndpointSlices of names.</summary>
    public static Gen<ClusterObject> Slice { get; } = AddressSlice
        .Select(
            Gen.Int[0, 9],
            static (slice, isOfNames) => isOfNames > 0 ? slice : new ClusterObject(
                slice.Json.Replace("\"addressType\":\"IPv4\"", "\"addressType\":\"FQDN\"", StringComparison.Ordinal)
                    .Replace("\"addressType\":\"IPv6\"", "\"addressType\":\"FQDN\"", StringComparison.Ordinal)
                    .Replace("\"10.1.0.1\"", "\"host.example.com\"", StringComparison.Ordinal)));

    /// <summary>Pods, of which several may have one address.</summary>
    public static Gen<ClusterObject> Pod { get; } = Object(
        "Pod",
        Gen.OneOf("p0", "p.1", "p2"),
        Space,
        [.. Labels],
        [
            Maybe("spec", Map(Maybe("hostNetwork", Truth), Maybe("hostname", Text("h0")))),
            Maybe("status", Map(
                Maybe("phase", Text("Running", "Running", "Pending", "Succeeded", "Failed")),
                Maybe("podIP", Gen.Frequency((6, Address), (1, Text("")))),
                Maybe("podIPs", List(Map(Member("ip", Address)), 0, 2)),
                Maybe("hostIP", Address))),
        ],
        Gen.Frequency((5, Gen.Const("")), (1, Member("deletionTimestamp", Text("2026-01-01T00:00:00Z"))), (1, Gen.Const("\"deletionTimestamp\":null"))));

    /// <summary>Services of other clusters.</summary>
    public static Gen<ClusterObject> Import { get; } = Object(
        "ServiceImport",
        Gen.OneOf("web", "db", "lost"),
        Space,
        [.. Labels],
        [
            Member("spec", Map(
                Member("type", Text("ClusterSetIP", "Headless")),
                Maybe("ips", List(Text("10.100.0.1", "10.100.0.2", "fd00:100::1", "10.0.0.1"), 0, 2)),
                Maybe("ports", Ports))),
            Maybe("status", Gen.Const("{\"clusters\":[{\"cluster\":\"east\"}]}")),
        ]);

    public static Gen<ClusterObject> Namespace { get; } = Space.SelectMany(NamespaceOf);

    /// <summary>Objects of all kinds, each there once, in namespaces that exist.</summary>
    public static Gen<ClusterObject[]> Cluster { get; } = ClusterOf(Gen.Frequency(
        (3, Service), (4, Slice), (2, Pod), (2, Import), (1, Namespace)));

    /// <summary>Any objects; several may be versions of one.</summary>
    public static Gen<ClusterObject[]> Versions { get; } = Gen.Frequency(
        (6, Service), (8, Slice), (3, Pod), (3, Import), (1, Namespace)).Array[1, 14].SelectMany(Crowd);

    /// <summary>Of some objects, each once, with the namespaces they are in.</summary>
    /// <param name="objects">An object.</param>
    public static Gen<ClusterObject[]> ClusterOf(Gen<ClusterObject> objects)
        => Gen.Select(objects.Array[0, 10].SelectMany(Crowd), NamespaceOf("a"), NamespaceOf("b"), NamespaceOf("svc"), static (some, a, b, svc) =>
            ((ClusterObject[])[.. some, .. ((ClusterObject[])[a, b, svc]).Where(space => Array.Exists(some, one => string.Equals(one.Namespace, space.Name, StringComparison.Ordinal)))])
                .DistinctBy(static one => one.Key, StringComparer.Ordinal).ToArray());

    /// <summary>The objects, or ones of so few names that most are versions of each other, or belong to each other.</summary>
    private static Gen<ClusterObject[]> Crowd(ClusterObject[] objects)
        => Gen.Bool.Select(isCrowded => isCrowded ? Array.ConvertAll(objects, Crowd) : objects);

    private static ClusterObject Crowd(ClusterObject one)
    {
        string json = one.Json;
        foreach ((string name, string instead) in (ReadOnlySpan<(string, string)>)
            [("1st", "web"), ("pod", "web"), ("lost", "web"), ("WEB", "web"), ("ns", "db"), ("b", "a"), ("svc", "a"), ("s2", "s0"), ("s3", "s1")])
        {
            json = json.Replace($":\"{name}\"", $":\"{instead}\"", StringComparison.Ordinal);
        }

        return new ClusterObject(json);
    }

    private static Gen<ClusterObject> NamespaceOf(string name)
        => Object(
            "Namespace",
            Gen.Const(name),
            null,
            [Member("kubernetes.io/metadata.name", Gen.Const($"\"{name}\"")), .. Labels],
            [Maybe("status", Gen.Const("{\"phase\":\"Active\"}"))]);

    private static Gen<ClusterObject> ServiceOf(params Gen<string>[] spec)
        => Object(
            "Service",
            Name,
            Space,
            [.. Labels],
            [
                Member("spec", Map(
                [
                    .. spec,
                    Maybe("ports", Ports),
                    Maybe("publishNotReadyAddresses", Truth),
                    Maybe("externalIPs", List(Text("203.0.113.1", "2001:db8::1"), 0, 2)),
                    Maybe("selector", Gen.Const("{\"app\":\"x\"}")),
                ])),
                Maybe("status", Map(Maybe("loadBalancer", Map(Maybe("ingress", List(
                    Map(Maybe("ip", Text("203.0.113.2", "")), Maybe("hostname", Text("lb.example.com")), Maybe("ipMode", Text("VIP"))),
                    0,
                    2)))))),
            ]);

    private static Gen<ClusterObject> Object(
        string kind, Gen<string> name, Gen<string>? space, Gen<string>[] labels, Gen<string>[] members, Gen<string>? moreMetadata = null)
        => Map(
        [
            Gen.Const($"\"kind\":\"{kind}\",\"apiVersion\":\"{ApiVersion(kind)}\""),
            .. Reversed(
            [
                Member("metadata", Map(
                [
                    Member("name", name.Select(Quote)),
                    space is null ? Gen.Const("") : Member("namespace", space.Select(Quote)),
                    Member("labels", Map(labels)),
                    moreMetadata ?? Gen.Const(""),
                    Extra,
                ])),
                .. members,
                Extra.Select(static extra => extra.StartsWith("\"future\"", StringComparison.Ordinal) ? extra : ""),
            ]),
        ]).Select(static json => new ClusterObject(json));

    private static string ApiVersion(string kind) => kind switch
    {
        "EndpointSlice" => "discovery.k8s.io/v1",
        "ServiceImport" => "multicluster.x-k8s.io/v1alpha1",
        _ => "v1",
    };
}
