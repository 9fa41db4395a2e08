using System.Globalization;

namespace ClusterDns.ApiBench;

/// <summary>A Pod of a Deployment as an API server has it in a list, with one container and what injects itself into it.</summary>
internal static class PodText
{
    private const string Time = "2026-11-22T22:31:43Z";

    private const string ControllerFields = """{"manager":"kube-controller-manager","operation":"Update","apiVersion":"v1","time":"2026-11-22T22:31:43Z","fieldsType":"FieldsV1","fieldsV1":{"f:metadata":{"f:annotations":{".":{},"f:checksum/config":{},"f:prometheus.io/port":{},"f:prometheus.io/scrape":{}},"f:generateName":{},"f:labels":{".":{},"f:app.kubernetes.io/instance":{},"f:app.kubernetes.io/name":{},"f:pod-template-hash":{}},"f:ownerReferences":{".":{},"k:{\"uid\":\"0b7dbf0f-84a8-4de8-a5fe-0d4b2bf1d2a1\"}":{}}},"f:spec":{"f:containers":{"k:{\"name\":\"web\"}":{".":{},"f:env":{".":{},"k:{\"name\":\"LOG_LEVEL\"}":{".":{},"f:name":{},"f:value":{}},"k:{\"name\":\"POD_IP\"}":{".":{},"f:name":{},"f:valueFrom":{".":{},"f:fieldRef":{}}}},"f:image":{},"f:imagePullPolicy":{},"f:livenessProbe":{".":{},"f:failureThreshold":{},"f:httpGet":{".":{},"f:path":{},"f:port":{},"f:scheme":{}},"f:periodSeconds":{},"f:successThreshold":{},"f:timeoutSeconds":{}},"f:name":{},"f:ports":{".":{},"k:{\"containerPort\":8080,\"protocol\":\"TCP\"}":{".":{},"f:containerPort":{},"f:name":{},"f:protocol":{}}},"f:resources":{".":{},"f:limits":{".":{},"f:memory":{}},"f:requests":{".":{},"f:cpu":{},"f:memory":{}}},"f:terminationMessagePath":{},"f:terminationMessagePolicy":{}}},"f:dnsPolicy":{},"f:enableServiceLinks":{},"f:restartPolicy":{},"f:schedulerName":{},"f:securityContext":{},"f:serviceAccount":{},"f:serviceAccountName":{},"f:terminationGracePeriodSeconds":{}}}}""";

    private const string NodeFields = """{"manager":"kubelet","operation":"Update","apiVersion":"v1","time":"2026-11-22T22:31:49Z","fieldsType":"FieldsV1","fieldsV1":{"f:status":{"f:conditions":{"k:{\"type\":\"ContainersReady\"}":{".":{},"f:lastProbeTime":{},"f:lastTransitionTime":{},"f:status":{},"f:type":{}},"k:{\"type\":\"Initialized\"}":{".":{},"f:lastProbeTime":{},"f:lastTransitionTime":{},"f:status":{},"f:type":{}},"k:{\"type\":\"Ready\"}":{".":{},"f:lastProbeTime":{},"f:lastTransitionTime":{},"f:status":{},"f:type":{}}},"f:containerStatuses":{},"f:hostIP":{},"f:hostIPs":{},"f:phase":{},"f:podIP":{},"f:podIPs":{".":{},"k:{\"ip\":\"10.128.0.1\"}":{".":{},"f:ip":{}}},"f:startTime":{}}},"subresource":"status"}""";

    private const string Container = """{"name":"web","image":"registry.example.net/shop/web:1.14.2","ports":[{"name":"http","containerPort":8080,"protocol":"TCP"}],"env":[{"name":"LOG_LEVEL","value":"info"},{"name":"POD_IP","valueFrom":{"fieldRef":{"apiVersion":"v1","fieldPath":"status.podIP"}}}],"resources":{"limits":{"memory":"256Mi"},"requests":{"cpu":"100m","memory":"128Mi"}},"volumeMounts":[{"name":"kube-api-access-x7k2p","readOnly":true,"mountPath":"/var/run/secrets/kubernetes.io/serviceaccount"}],"livenessProbe":{"httpGet":{"path":"/healthz","port":"http","scheme":"HTTP"},"timeoutSeconds":1,"periodSeconds":10,"successThreshold":1,"failureThreshold":3},"terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File","imagePullPolicy":"IfNotPresent"}""";

    private const string Volumes = """[{"name":"kube-api-access-x7k2p","projected":{"sources":[{"serviceAccountToken":{"expirationSeconds":3607,"path":"token"}},{"configMap":{"name":"kube-root-ca.crt","items":[{"key":"ca.crt","path":"ca.crt"}]}},{"downwardAPI":{"items":[{"path":"namespace","fieldRef":{"apiVersion":"v1","fieldPath":"metadata.namespace"}}]}}],"defaultMode":420}}]""";

    private const string Tolerations = """[{"key":"node.kubernetes.io/not-ready","operator":"Exists","effect":"NoExecute","tolerationSeconds":300},{"key":"node.kubernetes.io/unreachable","operator":"Exists","effect":"NoExecute","tolerationSeconds":300}]""";

    private const string Conditions = """[{"type":"PodReadyToStartContainers","status":"True","lastProbeTime":null,"lastTransitionTime":"2026-11-22T22:31:49Z"},{"type":"Initialized","status":"True","lastProbeTime":null,"lastTransitionTime":"2026-11-22T22:31:43Z"},{"type":"Ready","status":"True","lastProbeTime":null,"lastTransitionTime":"2026-11-22T22:31:49Z"},{"type":"ContainersReady","status":"True","lastProbeTime":null,"lastTransitionTime":"2026-11-22T22:31:49Z"},{"type":"PodScheduled","status":"True","lastProbeTime":null,"lastTransitionTime":"2026-11-22T22:31:43Z"}]""";

    /// <summary>A running Pod.</summary>
    /// <param name="space">The namespace.</param>
    /// <param name="name">The name.</param>
    /// <param name="application">The name of its Deployment.</param>
    /// <param name="address">Its address.</param>
    /// <param name="version">The version.</param>
    public static byte[] Render(string space, string name, string application, string address, long version)
    {
        string node = ObjectTexts.NodeOf(address);
        string uid = ObjectTexts.Uid(name);
        string metadata = string.Create(
            CultureInfo.InvariantCulture,
            $$$"""{"name":"{{{name}}}","generateName":"{{{application}}}-6d4cf56db6-","namespace":"{{{space}}}","uid":"{{{uid}}}","resourceVersion":"{{{version}}}","generation":1,"creationTimestamp":"{{{Time}}}","labels":{"app.kubernetes.io/instance":"{{{application}}}","app.kubernetes.io/name":"web","pod-template-hash":"6d4cf56db6"},"annotations":{"checksum/config":"8a9d4c1e7b3f60c2d5e8f1a4b7c0d3e6f9a2b5c8d1e4f7a0b3c6d9e2f5a8b1c4","prometheus.io/port":"8080","prometheus.io/scrape":"true"},"ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"{{{application}}}-6d4cf56db6","uid":"{{{ObjectTexts.Uid(application)}}}","controller":true,"blockOwnerDeletion":true}],"managedFields":[{{{ControllerFields}}},{{{NodeFields}}}]}""");
        return ObjectTexts.Render(
            $$$$"""{"metadata":{{{{metadata}}}},"spec":{"volumes":{{{{Volumes}}}},"containers":[{{{{Container}}}}],"restartPolicy":"Always","terminationGracePeriodSeconds":30,"dnsPolicy":"ClusterFirst","serviceAccountName":"{{{{application}}}}","serviceAccount":"{{{{application}}}}","nodeName":"{{{{node}}}}","securityContext":{},"schedulerName":"default-scheduler","tolerations":{{{{Tolerations}}}},"priority":0,"enableServiceLinks":true,"preemptionPolicy":"PreemptLowerPriority"},"status":{"phase":"Running","conditions":{{{{Conditions}}}},"hostIP":"172.31.7.42","hostIPs":[{"ip":"172.31.7.42"}],"podIP":"{{{{address}}}}","podIPs":[{"ip":"{{{{address}}}}"}],"startTime":"{{{{Time}}}}","containerStatuses":[{"name":"web","state":{"running":{"startedAt":"2026-11-22T22:31:48Z"}},"lastState":{},"ready":true,"restartCount":0,"image":"registry.example.net/shop/web:1.14.2","imageID":"registry.example.net/shop/web@sha256:3f1c8a5de9b7420f6c3e1d8b5a2f9c6e3b0d7a4f1e8c5b2d9a6f3c0e7b4d1a8f","containerID":"containerd://{{{{uid}}}}5d2f7a9c4e1b8d3f6a0c5e2b9d7f4a1c8e3b","started":true}],"qosClass":"Burstable"}}""");
    }
}
