using k8s.Models;

namespace ClusterDns.Plugins.Tests.Deploy;

/// <summary>The DaemonSet gives the node the addresses that its Corefile binds, and asks the Service that its Corefile names.</summary>
public sealed class NodeLocalTests
{
    private const string File = "optional/nodelocal.yaml";

    private static readonly V1DaemonSet DaemonSet = DeployFiles.Single<V1DaemonSet>(File);
    private static readonly V1PodSpec Pod = DaemonSet.Spec.Template.Spec;
    private static readonly V1Container Server = Assert.Single(Pod.Containers);
    private static readonly V1Container Addresses = Assert.Single(Pod.InitContainers);
    private static readonly string Corefile = DeployFiles.Single<V1ConfigMap>(File).Data["Corefile"];

    [Fact]
    public void It_runs_on_every_node_in_the_nodes_network()
    {
        Assert.True(Pod.HostNetwork);
        Assert.Equal("Default", Pod.DnsPolicy);
        Assert.Equal("system-node-critical", Pod.PriorityClassName);
        Assert.Equal(DaemonSet.Spec.Selector.MatchLabels, DaemonSet.Spec.Template.Metadata.Labels);
        Assert.All((string[])["NoExecute", "NoSchedule"], static effect => Assert.Contains(
            Pod.Tolerations, toleration => toleration.Key is null && toleration.OperatorProperty is "Exists" && string.Equals(toleration.Effect, effect, StringComparison.Ordinal)));

        // Its pods must not answer for the cluster's Service.
        Assert.DoesNotContain(DaemonSet.Spec.Template.Metadata.Labels, static label => label.Value is "kube-dns");
        Assert.False(DeployFiles.Single<V1ServiceAccount>(File).AutomountServiceAccountToken);
    }

    [Fact]
    public void The_addresses_that_the_Corefile_binds_are_held_as_long_as_the_server_runs()
    {
        Assert.Equal("Always", Addresses.RestartPolicy);
        Assert.Contains($"bind {string.Join(' ', Addresses.Args)}\n", Corefile, StringComparison.Ordinal);
        Assert.Equal(["NET_ADMIN", "NET_RAW"], Addresses.SecurityContext.Capabilities.Add);
        Assert.Contains($"{Addresses.Args[^1]}/32", Addresses.StartupProbe.Exec.Command, StringComparer.Ordinal);
    }

    [Fact]
    public void The_Corefile_asks_the_cluster_under_an_address_that_is_not_the_nodes()
    {
        V1Service upstream = DeployFiles.Single<V1Service>(File, "kube-dns-upstream");

        Assert.Contains($"forward . {upstream.Spec.ClusterIP} {{", Corefile, StringComparison.Ordinal);
        Assert.DoesNotContain(upstream.Spec.ClusterIP, Addresses.Args, StringComparer.Ordinal);
        Assert.Contains(DeployFiles.Single<V1Service>("service.yaml").Spec.ClusterIP, Addresses.Args, StringComparer.Ordinal);
        Assert.Equal(DeployFiles.Single<V1Service>("service.yaml").Spec.Selector, upstream.Spec.Selector);
        Assert.Equal(["53/UDP", "53/TCP"], upstream.Spec.Ports.Select(static port => $"{port.Port}/{port.Protocol}"), StringComparer.Ordinal);
    }

    [Fact]
    public void Kubelet_and_Prometheus_look_where_the_Corefile_listens()
    {
        V1HTTPGetAction liveness = Server.LivenessProbe.HttpGet;
        V1ServicePort metrics = Assert.Single(DeployFiles.Single<V1Service>(File, "node-local-dns").Spec.Ports);

        Assert.Contains($"health {liveness.Host}:{liveness.Port.Value}\n", Corefile, StringComparison.Ordinal);
        Assert.Equal("/health", liveness.Path);
        Assert.Contains($"prometheus :{metrics.TargetPort.Value}\n", Corefile, StringComparison.Ordinal);
        Assert.Equal(["53/UDP", "53/TCP", "9253/TCP"], Server.Ports.Select(static port => $"{port.ContainerPort}/{port.Protocol}"), StringComparer.Ordinal);
    }

    [Fact]
    public void The_server_runs_as_in_the_Deployment()
    {
        V1Container cluster = DeployFiles.Single<V1Deployment>("deployment.yaml").Spec.Template.Spec.Containers[0];

        Assert.Equal(cluster.Image, Server.Image);
        Assert.Equal(cluster.Args, Server.Args);
        Assert.True(Server.SecurityContext.RunAsNonRoot);
        Assert.Equal(65532, Server.SecurityContext.RunAsUser);
        Assert.Equal(cluster.SecurityContext.Capabilities.Add, Server.SecurityContext.Capabilities.Add);
        Assert.Equal("node-local-dns", Assert.Single(Pod.Volumes).ConfigMap.Name);
    }
}
