using System.Text.Json;
using k8s;
using k8s.Models;
using YamlDotNet.RepresentationModel;

namespace ClusterDns.Plugins.Tests.Deploy;

/// <summary>What may be applied beside the Deployment is about that Deployment, its pods and its Service.</summary>
public sealed class OptionalObjectsTests
{
    private const string Autoscaler = "optional/autoscaler.yaml";

    private static readonly V1Deployment Server = DeployFiles.Single<V1Deployment>("deployment.yaml");
    private static readonly V1Service Service = DeployFiles.Single<V1Service>("service.yaml");

    [Fact]
    public void Nodes_are_drained_one_pod_at_a_time()
    {
        V1PodDisruptionBudget budget = DeployFiles.Single<V1PodDisruptionBudget>("optional/poddisruptionbudget.yaml");

        Assert.Equal("1", budget.Spec.MaxUnavailable.Value);
        Assert.Equal(Server.Spec.Template.Metadata.Labels, budget.Spec.Selector.MatchLabels);
    }

    [Fact]
    public void Everybody_may_ask_and_every_port_of_the_container_is_open()
    {
        V1NetworkPolicy policy = DeployFiles.Single<V1NetworkPolicy>("optional/networkpolicy.yaml");

        Assert.Equal(Server.Spec.Template.Metadata.Labels, policy.Spec.PodSelector.MatchLabels);
        Assert.Equal(["Ingress", "Egress"], policy.Spec.PolicyTypes);
        V1NetworkPolicyIngressRule ingress = Assert.Single(policy.Spec.Ingress);
        Assert.Null(ingress.FromProperty);
        Assert.Equal(
            Server.Spec.Template.Spec.Containers[0].Ports.Select(static port => $"{port.ContainerPort}/{port.Protocol}").Order(StringComparer.Ordinal),
            Ports(ingress.Ports), StringComparer.Ordinal);
        V1NetworkPolicyEgressRule egress = Assert.Single(policy.Spec.Egress);
        Assert.Null(egress.To);
        Assert.Equal(["443/TCP", "53/TCP", "53/UDP", "6443/TCP"], Ports(egress.Ports), StringComparer.Ordinal);
    }

    [Fact]
    public void Replicas_follow_the_cluster()
    {
        V1Deployment deployment = DeployFiles.Single<V1Deployment>(Autoscaler);
        V1ConfigMap settings = DeployFiles.Single<V1ConfigMap>(Autoscaler);
        using JsonDocument linear = JsonDocument.Parse(Assert.Single(settings.Data, static pair => pair.Key is "linear").Value);

        Assert.Contains($"--target=deployment/{Server.Metadata.Name}", deployment.Spec.Template.Spec.Containers[0].Command, StringComparer.Ordinal);
        Assert.Contains($"--configmap={settings.Metadata.Name}", deployment.Spec.Template.Spec.Containers[0].Command, StringComparer.Ordinal);
        Assert.Equal(256, linear.RootElement.GetProperty("coresPerReplica").GetInt32());
        Assert.Equal(16, linear.RootElement.GetProperty("nodesPerReplica").GetInt32());
        Assert.True(linear.RootElement.GetProperty("preventSinglePointFailure").GetBoolean());

        // kubeadm gives up its upgrade where two Deployments have the label.
        Assert.DoesNotContain(deployment.Metadata.Labels, static label => label.Value is "kube-dns");
        Assert.Equal(deployment.Spec.Selector.MatchLabels, deployment.Spec.Template.Metadata.Labels);
    }

    [Fact]
    public void The_autoscaler_may_scale_that_Deployment_alone()
    {
        V1Role role = DeployFiles.Single<V1Role>(Autoscaler);

        Assert.Equal(
            ["deployments/scale coredns get,update", "configmaps coredns-autoscaler get"],
            role.Rules.Select(static rule => $"{string.Join(',', rule.Resources)} {string.Join(',', rule.ResourceNames)} {string.Join(',', rule.Verbs)}"), StringComparer.Ordinal);
        V1PolicyRule nodes = Assert.Single(DeployFiles.Single<V1ClusterRole>(Autoscaler).Rules);
        Assert.Equal("nodes list,watch", $"{string.Join(',', nodes.Resources)} {string.Join(',', nodes.Verbs)}");
        string account = DeployFiles.Single<V1ServiceAccount>(Autoscaler).Metadata.Name;
        Assert.Equal(account, DeployFiles.Single<V1Deployment>(Autoscaler).Spec.Template.Spec.ServiceAccountName);
        Assert.Equal(account, Assert.Single(DeployFiles.Single<V1RoleBinding>(Autoscaler).Subjects).Name);
        Assert.Equal(role.Metadata.Name, DeployFiles.Single<V1RoleBinding>(Autoscaler).RoleRef.Name);
        Assert.Equal(account, Assert.Single(DeployFiles.Single<V1ClusterRoleBinding>(Autoscaler).Subjects).Name);
        Assert.Equal(
            DeployFiles.Single<V1ClusterRole>(Autoscaler).Metadata.Name, DeployFiles.Single<V1ClusterRoleBinding>(Autoscaler).RoleRef.Name);
    }

    [Fact]
    public void The_server_may_see_ServiceImports()
    {
        const string file = "optional/multicluster.yaml";
        V1ClusterRole role = DeployFiles.Single<V1ClusterRole>(file);
        V1ClusterRoleBinding binding = DeployFiles.Single<V1ClusterRoleBinding>(file);

        V1PolicyRule rule = Assert.Single(role.Rules);
        Assert.Equal(
            "multicluster.x-k8s.io serviceimports list,watch",
            $"{string.Join(',', rule.ApiGroups)} {string.Join(',', rule.Resources)} {string.Join(',', rule.Verbs)}");
        Assert.Equal($"ClusterRole {role.Metadata.Name}", $"{binding.RoleRef.Kind} {binding.RoleRef.Name}");
        Rbacv1Subject subject = Assert.Single(binding.Subjects);
        Assert.Equal(
            $"ServiceAccount {Server.Spec.Template.Spec.ServiceAccountName} {Server.Metadata.NamespaceProperty}",
            $"{subject.Kind} {subject.Name} {subject.NamespaceProperty}");
    }

    [Fact]
    public void Prometheus_scrapes_the_Services_port_as_job_kube_dns()
    {
        YamlMappingNode monitor = DeployFiles.ReadNodes("optional/servicemonitor.yaml");

        Assert.Equal(["apiVersion", "kind", "metadata", "spec"], Keys(monitor), StringComparer.Ordinal);
        Assert.Equal("monitoring.coreos.com/v1", (string?)monitor["apiVersion"]);
        Assert.Equal("ServiceMonitor", (string?)monitor["kind"]);
        Assert.Equal("kube-system", (string?)monitor["metadata"]["namespace"]);
        YamlMappingNode spec = (YamlMappingNode)monitor["spec"];
        Assert.Equal(["endpoints", "jobLabel", "namespaceSelector", "selector"], Keys(spec), StringComparer.Ordinal);
        Assert.Equal("kube-dns", Service.Metadata.Labels[(string)spec["jobLabel"]!]);
        Assert.Equal("kube-system", (string?)Assert.Single((YamlSequenceNode)spec["namespaceSelector"]["matchNames"]));
        KeyValuePair<YamlNode, YamlNode> label = Assert.Single((YamlMappingNode)spec["selector"]["matchLabels"]);
        Assert.Equal((string?)label.Value, Service.Metadata.Labels[(string)label.Key!]);
        YamlMappingNode endpoint = (YamlMappingNode)Assert.Single((YamlSequenceNode)spec["endpoints"]);
        Assert.Equal(["interval", "port"], Keys(endpoint), StringComparer.Ordinal);
        Assert.Equal(9153, Assert.Single(Service.Spec.Ports, port => string.Equals(port.Name, (string?)endpoint["port"], StringComparison.Ordinal)).Port);
    }

    private static IEnumerable<string> Ports(IEnumerable<V1NetworkPolicyPort> ports)
        => ports.Select(static port => $"{port.Port.Value}/{port.Protocol}").Order(StringComparer.Ordinal);

    private static IEnumerable<string> Keys(YamlMappingNode node) => node.Children.Keys.Select(static key => (string)key!).Order(StringComparer.Ordinal);
}
