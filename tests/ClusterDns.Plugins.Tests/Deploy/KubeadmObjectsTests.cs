using k8s.Models;

namespace ClusterDns.Plugins.Tests.Deploy;

/// <summary>What replaces CoreDNS has the names, labels, ports and bounds of what kubeadm installs.</summary>
public sealed class KubeadmObjectsTests
{
    private const string Namespace = "kube-system";

    private static readonly V1Deployment Deployment = DeployFiles.Single<V1Deployment>("deployment.yaml");
    private static readonly V1PodSpec Pod = Deployment.Spec.Template.Spec;
    private static readonly V1Container Container = Assert.Single(Pod.Containers);

    [Fact]
    public void The_Service_is_kube_dns_at_its_fixed_address()
    {
        V1Service service = DeployFiles.Single<V1Service>("service.yaml", "kube-dns");

        Assert.Equal("10.96.0.10", service.Spec.ClusterIP);
        Assert.Equal("k8s-app=kube-dns", Join(service.Spec.Selector));
        Assert.Equal("k8s-app=kube-dns kubernetes.io/cluster-service=true kubernetes.io/name=CoreDNS", Join(service.Metadata.Labels));
        Assert.Equal("prometheus.io/port=9153 prometheus.io/scrape=true", Join(service.Metadata.Annotations));
        Assert.Equal(
            ["dns 53/UDP 53", "dns-tcp 53/TCP 53", "metrics 9153/TCP 9153"],
            service.Spec.Ports.Select(static port => $"{port.Name} {port.Port}/{port.Protocol} {port.TargetPort.Value}"), StringComparer.Ordinal);
    }

    [Fact]
    public void The_Deployment_is_coredns()
    {
        Assert.Equal("coredns", Deployment.Metadata.Name);
        Assert.Equal("k8s-app=kube-dns", Join(Deployment.Metadata.Labels));
        Assert.Equal("k8s-app=kube-dns", Join(Deployment.Spec.Selector.MatchLabels));
        Assert.Equal("k8s-app=kube-dns", Join(Deployment.Spec.Template.Metadata.Labels));
        Assert.Equal(2, Deployment.Spec.Replicas);
        Assert.Equal("RollingUpdate", Deployment.Spec.Strategy.Type);
        Assert.Equal("1", Deployment.Spec.Strategy.RollingUpdate.MaxUnavailable.Value);
    }

    [Fact]
    public void Its_pods_are_scheduled_like_those_of_CoreDNS()
    {
        Assert.Equal("system-cluster-critical", Pod.PriorityClassName);
        Assert.Equal("coredns", Pod.ServiceAccountName);
        Assert.Equal("Default", Pod.DnsPolicy);
        Assert.Equal("kubernetes.io/os=linux", Join(Pod.NodeSelector));
        Assert.Equal(
            ["CriticalAddonsOnly Exists ", "node-role.kubernetes.io/control-plane  NoSchedule"],
            Pod.Tolerations.Select(static toleration => $"{toleration.Key} {toleration.OperatorProperty} {toleration.Effect}"), StringComparer.Ordinal);
        Assert.Null(Pod.Affinity.NodeAffinity);
        Assert.Null(Pod.Affinity.PodAntiAffinity.RequiredDuringSchedulingIgnoredDuringExecution);
        V1WeightedPodAffinityTerm apart = Assert.Single(Pod.Affinity.PodAntiAffinity.PreferredDuringSchedulingIgnoredDuringExecution);
        Assert.Equal(100, apart.Weight);
        Assert.Equal("kubernetes.io/hostname", apart.PodAffinityTerm.TopologyKey);
        V1LabelSelectorRequirement requirement = Assert.Single(apart.PodAffinityTerm.LabelSelector.MatchExpressions);
        Assert.Equal("k8s-app In kube-dns", $"{requirement.Key} {requirement.OperatorProperty} {Assert.Single(requirement.Values)}");
    }

    [Fact]
    public void Its_container_is_started_as_kubeadm_starts_CoreDNS()
    {
        Assert.Equal("coredns", Container.Name);
        Assert.Null(Container.Command);
        Assert.Equal(["-conf", "/etc/coredns/Corefile"], Container.Args);
        Assert.Equal(
            ["dns 53/UDP", "dns-tcp 53/TCP", "metrics 9153/TCP", "liveness-probe 8080/TCP", "readiness-probe 8181/TCP"],
            Container.Ports.Select(static port => $"{port.Name} {port.ContainerPort}/{port.Protocol}"), StringComparer.Ordinal);
        Assert.Equal("cpu=100m memory=70Mi", Join(Container.Resources.Requests));
        Assert.Equal("memory=170Mi", Join(Container.Resources.Limits));
    }

    [Fact]
    public void Its_image_has_a_version_that_kubeadm_can_read()
    {
        // What stands behind the last colon, as kubeadm takes it; and the name that kubeadm appends to dns.imageRepository.
        Assert.Matches(@"^v1\.[0-9]+\.[0-9]+$", Container.Image.Split(':')[^1]);
        Assert.EndsWith("/coredns", Container.Image.Split(':')[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Its_probes_are_those_of_CoreDNS()
    {
        V1Probe liveness = Container.LivenessProbe;
        Assert.Equal("/health liveness-probe HTTP", $"{liveness.HttpGet.Path} {liveness.HttpGet.Port.Value} {liveness.HttpGet.Scheme}");
        Assert.Equal("60 5 1 5", $"{liveness.InitialDelaySeconds} {liveness.TimeoutSeconds} {liveness.SuccessThreshold} {liveness.FailureThreshold}");
        V1Probe readiness = Container.ReadinessProbe;
        Assert.Equal("/ready readiness-probe HTTP", $"{readiness.HttpGet.Path} {readiness.HttpGet.Port.Value} {readiness.HttpGet.Scheme}");
        Assert.Null(Container.StartupProbe);
    }

    [Fact]
    public void It_runs_as_65532_with_one_capability_and_nothing_to_write_to()
    {
        Assert.True(Pod.SecurityContext.RunAsNonRoot);
        Assert.Equal(65532, Pod.SecurityContext.RunAsUser);
        Assert.Equal(65532, Pod.SecurityContext.RunAsGroup);
        Assert.Equal("RuntimeDefault", Pod.SecurityContext.SeccompProfile.Type);
        Assert.False(Container.SecurityContext.AllowPrivilegeEscalation);
        Assert.True(Container.SecurityContext.ReadOnlyRootFilesystem);
        Assert.Equal(["NET_BIND_SERVICE"], Container.SecurityContext.Capabilities.Add);
        Assert.Equal(["ALL"], Container.SecurityContext.Capabilities.Drop);
        V1VolumeMount mount = Assert.Single(Container.VolumeMounts);
        Assert.Equal("/etc/coredns", mount.MountPath);
        Assert.True(mount.ReadOnlyProperty);
        V1Volume volume = Assert.Single(Pod.Volumes, volume => string.Equals(volume.Name, mount.Name, StringComparison.Ordinal));
        Assert.Equal("coredns", volume.ConfigMap.Name);
        V1KeyToPath item = Assert.Single(volume.ConfigMap.Items);
        Assert.Equal("Corefile Corefile", $"{item.Key} {item.Path}");
    }

    [Fact]
    public void The_ServiceAccount_may_list_and_watch_what_CoreDNS_may_and_nothing_else()
    {
        V1ClusterRole role = DeployFiles.Single<V1ClusterRole>("clusterrole.yaml", "system:coredns");
        Assert.Null(role.AggregationRule);
        string[] granted =
        [
            .. role.Rules
                .SelectMany(static rule => rule.ApiGroups.SelectMany(group => rule.Resources.SelectMany(resource => rule.Verbs.Select(verb => $"{group}/{resource} {verb}"))))
                .Order(StringComparer.Ordinal),
        ];
        Assert.Equal(
            [
                "/endpoints list", "/endpoints watch", "/namespaces list", "/namespaces watch", "/pods list", "/pods watch",
                "/services list", "/services watch", "discovery.k8s.io/endpointslices list", "discovery.k8s.io/endpointslices watch",
            ],
            granted);
        Assert.All(role.Rules, static rule => Assert.Null(rule.NonResourceURLs));

        V1ClusterRoleBinding binding = DeployFiles.Single<V1ClusterRoleBinding>("clusterrolebinding.yaml", "system:coredns");
        Assert.Equal("rbac.authorization.k8s.io ClusterRole system:coredns", $"{binding.RoleRef.ApiGroup} {binding.RoleRef.Kind} {binding.RoleRef.Name}");
        Rbacv1Subject subject = Assert.Single(binding.Subjects);
        Assert.Equal($"ServiceAccount coredns {Namespace}", $"{subject.Kind} {subject.Name} {subject.NamespaceProperty}");
        Assert.Equal("coredns", DeployFiles.Single<V1ServiceAccount>("serviceaccount.yaml").Metadata.Name);
    }

    private static string Join<T>(IDictionary<string, T> pairs)
        => string.Join(' ', pairs.OrderBy(static pair => pair.Key, StringComparer.Ordinal).Select(static pair => $"{pair.Key}={pair.Value}"));
}
