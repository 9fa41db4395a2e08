using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Kubernetes;
using ClusterDns.Plugins.Tests.TestKit;

namespace ClusterDns.Plugins.Tests.Kubernetes.Answers;

public sealed class VerifiedPodsTests
{
    private const string Objects = """
        {kind: Pod, metadata: {name: a, namespace: shop}, status: {phase: Running, podIP: 10.1.0.1, podIPs: [{ip: 10.1.0.1}, {ip: 'fd00::1'}]}}
        ---
        {kind: Pod, metadata: {name: b, namespace: shop}, status: {podIP: 'fd00:1:0:0::2'}}
        ---
        {kind: Pod, metadata: {name: c, namespace: shop}, status: {podIP: 192.0.2.7}}
        ---
        {kind: Pod, metadata: {name: d, namespace: shop}, status: {podIP: 192.0.2.7}}
        ---
        {kind: Pod, metadata: {name: done, namespace: shop}, status: {phase: Succeeded, podIP: 10.1.0.3}}
        ---
        {kind: Pod, metadata: {name: failed, namespace: shop}, status: {phase: Failed, podIP: 10.1.0.4}}
        ---
        {kind: Pod, metadata: {name: lost, namespace: shop}, status: {phase: Unknown, podIP: 10.1.0.5}}
        ---
        {kind: Pod, metadata: {name: ending, namespace: shop, deletionTimestamp: '2026-01-01T00:00:00Z'}, status: {phase: Running, podIP: 10.1.0.6}}
        ---
        {kind: Pod, metadata: {name: pending, namespace: shop}, status: {phase: Pending}}
        ---
        {kind: Service, metadata: {name: to-pod, namespace: shop}, spec: {type: ExternalName, externalName: 10-1-0-1.shop.pod.cluster.local}}
        ---
        {kind: Service, metadata: {name: to-nothing, namespace: shop}, spec: {type: ExternalName, externalName: 10-1-0-9.shop.pod.cluster.local}}
        ---
        {kind: Namespace, metadata: {name: empty}}
        """;

    private readonly FakeFiles _files = new() { ["objects.yaml"] = Objects };

    [Theory]
    [InlineData("10-1-0-1.shop.pod.cluster.local.", RecordType.A, "Answer: 10-1-0-1.shop.pod.cluster.local. 5 A 10.1.0.1")]
    [InlineData("fd00-1--2.shop.pod.cluster.local.", RecordType.AAAA, "Answer: fd00-1--2.shop.pod.cluster.local. 5 AAAA fd00:1::2")]
    [InlineData("fd00-1-0-0--2.shop.pod.cluster.local.", RecordType.AAAA, "Answer: fd00-1-0-0--2.shop.pod.cluster.local. 5 AAAA fd00:1::2")]
    [InlineData("192-0-2-7.shop.pod.cluster.local.", RecordType.A, "Answer: 192-0-2-7.shop.pod.cluster.local. 5 A 192.0.2.7")]
    [InlineData("10-1-0-1.shop.pod.cluster.local.", RecordType.SRV, "Answer: 10-1-0-1.shop.pod.cluster.local. 5 SRV 0 100 0 10-1-0-1.shop.pod.cluster.local.|Additional: 10-1-0-1.shop.pod.cluster.local. 5 A 10.1.0.1")]
    [InlineData("192-0-2-7.shop.pod.cluster.local.", RecordType.SRV, "Answer: 192-0-2-7.shop.pod.cluster.local. 5 SRV 0 50 0 192-0-2-7.shop.pod.cluster.local.|Additional: 192-0-2-7.shop.pod.cluster.local. 5 A 192.0.2.7")]
    [InlineData("to-pod.shop.svc.cluster.local.", RecordType.A, "Answer: to-pod.shop.svc.cluster.local. 5 CNAME 10-1-0-1.shop.pod.cluster.local.|Answer: 10-1-0-1.shop.pod.cluster.local. 5 A 10.1.0.1")]
    public void A_pod_that_there_is_is_answered(string name, RecordType type, string records)
        => Assert.Equal("NOERROR|" + records, Create().Ask(name, type).Replace('\n', '|'));

    [Theory]
    [InlineData("10-1-0-1.empty.pod.cluster.local.", RecordType.A)]
    [InlineData("10-1-0-1.nosuch.pod.cluster.local.", RecordType.A)]
    [InlineData("fd00--1.shop.pod.cluster.local.", RecordType.AAAA)]
    [InlineData("10-1-0-3.shop.pod.cluster.local.", RecordType.A)]
    [InlineData("10-1-0-4.shop.pod.cluster.local.", RecordType.A)]
    [InlineData("10-1-0-5.shop.pod.cluster.local.", RecordType.A)]
    [InlineData("10-1-0-6.shop.pod.cluster.local.", RecordType.A)]
    [InlineData("10-1-0-9.shop.pod.cluster.local.", RecordType.TXT)]
    [InlineData("0-0-0-0.shop.pod.cluster.local.", RecordType.A)]
    [InlineData("pending.shop.pod.cluster.local.", RecordType.A)]
    public void A_pod_that_there_is_not_is_denied(string name, RecordType type)
        => Assert.StartsWith("NXDOMAIN", Create().Ask(name, type), StringComparison.Ordinal);

    [Theory]
    [InlineData("10-1-0-1.shop.pod.cluster.local.", RecordType.AAAA)]
    [InlineData("10-1-0-1.shop.pod.cluster.local.", RecordType.TXT)]
    [InlineData("shop.pod.cluster.local.", RecordType.A)]
    [InlineData("10-1-0-9.shop.pod.cluster.local.", RecordType.SOA)]
    [InlineData("to-nothing.shop.svc.cluster.local.", RecordType.A)]
    public void What_exists_without_records_of_the_type_is_not_denied(string name, RecordType type)
        => Assert.StartsWith("NOERROR\nAuthority: cluster.local. 5 SOA", Create().Ask(name, type), StringComparison.Ordinal);

    [Fact]
    public void Pods_come_and_go_with_the_manifests()
    {
        PluginKit kit = Create();
        kit.Resources.Start();
        _files["objects.yaml"] = "{kind: Pod, metadata: {name: a, namespace: shop}, status: {podIP: 10.1.0.2}}";
        kit.Time.Advance(TimeSpan.FromSeconds(2));

        Assert.StartsWith("NXDOMAIN", kit.Ask("10-1-0-1.shop.pod.cluster.local."), StringComparison.Ordinal);
        Assert.StartsWith("NOERROR\nAnswer", kit.Ask("10-1-0-2.shop.pod.cluster.local."), StringComparison.Ordinal);
        kit.Resources.Dispose();
    }

    private PluginKit Create()
    {
        PluginKit kit = new(new KubernetesPlugin(static () => []), "kubernetes cluster.local {\n manifests objects.yaml\n pods verified\n}", files: _files);
        Assert.Equal("", kit.Errors);
        return kit;
    }
}
