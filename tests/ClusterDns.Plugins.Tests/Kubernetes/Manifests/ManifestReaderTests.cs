using ClusterDns.Plugins.Kubernetes.Filtering;
using ClusterDns.Plugins.Kubernetes.Manifests;
using ClusterDns.Plugins.Kubernetes.Objects;
using CsCheck;

namespace ClusterDns.Plugins.Tests.Kubernetes.Manifests;

public sealed class ManifestReaderTests
{
    private const string Everything = """
        apiVersion: v1
        kind: List
        items:
        - kind: Namespace
          metadata: {name: "shop"}
        - kind: Service
          metadata: {name: web, namespace: shop}
          spec:
            clusterIP: 10.96.0.1
            clusterIPs: [10.96.0.1, 'fd00::1']
            ports: [{name: HTTP, port: 80}, {name: dns, port: 53, protocol: UDP}]
        - kind: EndpointSlice
          metadata: {name: web-1, namespace: shop, labels: {kubernetes.io/service-name: web}}
          addressType: IPv4
          ports: [{name: http, port: 8080, protocol: TCP}]
          endpoints:
          - {addresses: [10.1.0.1], hostname: a, conditions: {ready: true}, targetRef: {kind: Pod, name: pod-a}, zone: z1}
          - {addresses: [10.1.0.2], conditions: {ready: false}}
          - {addresses: [10.1.0.3]}
        ---
        {"kind": "Service", "metadata": {"name": "old"}, "spec": {"type": "ExternalName", "externalName": "www.example.com"}}
        """;

    [Fact]
    public void It_takes_what_DNS_needs()
    {
        ManifestObjects objects = Read(Everything);

        Assert.Equal("default shop", string.Join(' ', objects.Namespaces.Keys.Order(StringComparer.Ordinal)));
        ServiceObject web = objects.Services[new ObjectKey("shop", "web")];
        Assert.Equal(ServiceKind.ClusterIP, web.Kind);
        Assert.Equal("10.96.0.1 fd00::1", string.Join(' ', web.ClusterIPs));
        Assert.Equal([new PortObject("http", "tcp", 80), new PortObject("dns", "udp", 53)], web.Ports);
        ServiceObject old = objects.Services[new ObjectKey("default", "old")];
        Assert.Equal((ServiceKind.ExternalName, "www.example.com"), (old.Kind, old.ExternalName));
        EndpointSliceObject slice = objects.EndpointSlices[new ObjectKey("shop", "web-1")];
        Assert.Equal("web", slice.ServiceName);
        Assert.Equal(
            "10.1.0.1 a True pod-a z1; 10.1.0.2  False  ; 10.1.0.3  True  ",
            string.Join("; ", slice.Endpoints.Select(static endpoint =>
                $"{endpoint.Address} {endpoint.Hostname} {endpoint.IsReady} {endpoint.TargetName} {endpoint.Zone}")));
    }

    [Theory]
    [InlineData("{port: 80}")]
    [InlineData("{port: 80, protocol: }")]
    [InlineData("{port: 80, protocol: ''}")]
    [InlineData("{port: 80, protocol: TCP}")]
    public void A_port_without_a_protocol_is_one_of_TCP(string port)
    {
        ManifestObjects objects = Read($"{{kind: EndpointSlice, metadata: {{name: s, labels: {{kubernetes.io/service-name: web}}}}, ports: [{port}]}}");

        Assert.Equal([new PortObject("", "tcp", 80)], Assert.Single(objects.EndpointSlices.Values).Ports);
    }

    [Theory]
    [InlineData("{clusterIP: None}", "Headless ")]
    [InlineData("{clusterIPs: [None]}", "Headless ")]
    [InlineData("{clusterIP: None, clusterIPs: [None]}", "Headless ")]
    [InlineData("{clusterIP: 10.96.0.1}", "ClusterIP 10.96.0.1")]
    [InlineData("{clusterIPs: [10.96.0.1]}", "ClusterIP 10.96.0.1")]
    [InlineData("{clusterIP: '', clusterIPs: []}", "ClusterIP ")]
    [InlineData("{}", "ClusterIP ")]
    public void A_Service_names_its_addresses_in_either_of_two_ways(string spec, string expected)
    {
        ServiceObject service = Read($"{{kind: Service, metadata: {{name: a}}, spec: {spec}}}").Services[new ObjectKey("default", "a")];

        Assert.Equal(expected, $"{service.Kind} {string.Join(' ', service.ClusterIPs)}");
    }

    [Fact]
    public void Slices_of_no_service_have_no_endpoints_and_names_stand_apart_from_addresses()
    {
        ManifestObjects objects = Read("""
            {kind: EndpointSlice, metadata: {name: a}, endpoints: [{addresses: [10.1.0.1]}]}
            ---
            {kind: EndpointSlice, metadata: {name: b, labels: {kubernetes.io/service-name: s}}, addressType: FQDN, endpoints: [{addresses: [www.example.com]}]}
            """);

        EndpointSliceObject only = Assert.Single(objects.EndpointSlices).Value;
        Assert.Equal("b", only.Key.Name);
        Assert.Empty(only.Endpoints);
        Assert.Equal("www.example.com", Assert.Single(only.Names).Name);
    }

    [Fact]
    public void Imports_are_read_and_slices_by_what_they_belong_to()
    {
        ManifestObjects objects = Read("""
            {kind: ServiceImport, metadata: {name: web, namespace: shop}, spec: {type: ClusterSetIP, ips: [10.100.0.1, 'fd00::1'], ports: [{name: HTTP, port: 80}]}}
            ---
            {kind: ServiceImport, metadata: {name: db}, spec: {type: Headless, ips: [10.100.0.2]}}
            ---
            {kind: EndpointSlice, metadata: {name: a, namespace: shop, labels: {multicluster.kubernetes.io/service-name: web, multicluster.kubernetes.io/source-cluster: east}}}
            ---
            {kind: EndpointSlice, metadata: {name: b, namespace: shop, labels: {kubernetes.io/service-name: derived, multicluster.kubernetes.io/service-name: web}}}
            ---
            {kind: EndpointSlice, metadata: {name: c, namespace: shop, labels: {multicluster.kubernetes.io/source-cluster: east}}}
            """);

        Assert.Equal("default shop", string.Join(' ', objects.Namespaces.Keys.Order(StringComparer.Ordinal)));
        ServiceObject web = objects.Imports[new ObjectKey("shop", "web")];
        Assert.Equal((ServiceKind.ClusterIP, "10.100.0.1 fd00::1"), (web.Kind, string.Join(' ', web.ClusterIPs)));
        Assert.Equal([new PortObject("http", "tcp", 80)], web.Ports);
        ServiceObject db = objects.Imports[new ObjectKey("default", "db")];
        Assert.Equal((ServiceKind.Headless, 0), (db.Kind, db.ClusterIPs.Count));
        Assert.Equal(
            "a:,web,east b:derived,web,",
            string.Join(' ', objects.EndpointSlices.Values.Select(static slice => $"{slice.Key.Name}:{slice.ServiceName},{slice.ImportName},{slice.SourceCluster}")));
    }

    [Theory]
    [InlineData("{kind: ServiceImport, metadata: {name: a}, spec: {ips: [nonsense]}}", "m.yaml:1:57: invalid address 'nonsense': expected IPv4 or IPv6")]
    [InlineData("{kind: ServiceImport}", "m.yaml:1:1: metadata is missing in this object")]
    [InlineData("{kind: Service, metadata: {name: a}, spec: {ports: [{port: 65536}]}}", "m.yaml:1:60: invalid port '65536': expected a number from 0 to 65535")]
    [InlineData("{kind: Service, metadata: {name: a}, spec: {type: ExternalName}}", "m.yaml:1:44: externalName is missing in this object")]
    [InlineData("a: &x {kind: Pod}\nb: *x", "m.yaml:2:4: a YAML alias: expected the value itself")]
    [InlineData("{metadata: {name: a}}", "m.yaml:1:1: an object without a kind: expected a Kubernetes object")]
    [InlineData("- {kind: Service}", "m.yaml:1:1: not a Kubernetes object: expected a mapping with a kind")]
    [InlineData("- ports: [{a: b: c\n  d: {e: f}", "m.yaml:1:")]
    [InlineData("kind: Service\n\tmetadata: x", "m.yaml:1:7: neither YAML nor JSON: ")]
    public void It_says_where_a_manifest_is_wrong(string text, string error)
        => Assert.StartsWith(error, Assert.Throws<ManifestException>(() => Read(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Values_in_values_have_a_bound()
        => Assert.Contains(
            "more than 100 deep",
            Assert.Throws<ManifestException>(static () => Read(new string('[', 10_000))).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Whatever_is_read_is_objects_or_a_manifest_error()
        => Gen.Select(Gen.Int[0, Everything.Length - 1], Gen.Int[0, 12], Gen.Char["{}[],:-\"'\n\t &*!|>%@0aé\0"].Array[0, 3])
            .Array[1, 4]
            .Sample(changes =>
            {
                string text = Everything;
                foreach ((int at, int length, char[] inserted) in changes)
                {
                    int start = Math.Min(at, text.Length);
                    text = string.Concat(text.AsSpan(0, start), inserted, text.AsSpan(Math.Min(text.Length, start + length)));
                }

                try
                {
                    Read(text);
                }
                catch (ManifestException exception)
                {
                    // Anything else would be thrown out of the timer that looks for changes, and end the process.
                    Assert.StartsWith("m.yaml:", exception.Message, StringComparison.Ordinal);
                }
            }, iter: 5000);

    private static ManifestObjects Read(string text)
    {
        ManifestObjects objects = new(ObjectFilter.Everything);
        ManifestReader.Read("m.yaml", text, objects);
        return objects;
    }
}
