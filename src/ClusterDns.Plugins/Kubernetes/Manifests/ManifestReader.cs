using System.Globalization;
using System.Net;
using ClusterDns.Core.Records;
using ClusterDns.Plugins.Kubernetes.Objects;

namespace ClusterDns.Plugins.Kubernetes.Manifests;

/// <summary>Takes out of manifests what DNS needs: Namespaces, Services, EndpointSlices, Pods and ServiceImports. Other kinds are skipped.</summary>
internal static class ManifestReader
{
    private const string ServiceNameLabel = "kubernetes.io/service-name";
    private const string ImportNameLabel = "multicluster.kubernetes.io/service-name";
    private const string SourceClusterLabel = "multicluster.kubernetes.io/source-cluster";
    private const string DefaultNamespace = "default";
    private const string ListSuffix = "List";
    private const string NoClusterIP = "None";

    /// <summary>Reads a file.</summary>
    /// <param name="file">Its name.</param>
    /// <param name="text">What is in it: YAML documents, or JSON; objects, or lists of them.</param>
    /// <param name="objects">Where its objects are added; a later one of the same name replaces an earlier.</param>
    /// <exception cref="ManifestException">It is not a manifest; the message says where and why.</exception>
    public static void Read(string file, string text, ManifestObjects objects) => Read(file, new StringReader(text), objects);

    /// <summary>Reads a file, object by object.</summary>
    /// <param name="file">Its name.</param>
    /// <param name="text">What is in it: YAML documents, or JSON; objects, or lists of them.</param>
    /// <param name="objects">Where its objects are added; a later one of the same name replaces an earlier.</param>
    /// <exception cref="ManifestException">It is not a manifest; the message says where and why.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static void Read(string file, TextReader text, ManifestObjects objects)
        => ManifestNode.ReadAll(
            file, text, document => ReadObject(document, listKind: "", objects), (item, kind) => TryReadItem(item, kind, objects));

    /// <summary>
    /// Reads an item of a list before the list has been read to its end. kubectl writes a list's kind after its items, which then say
    /// themselves what they are; those that do not wait for it.
    /// </summary>
    private static bool TryReadItem(ManifestNode item, string? kind, ManifestObjects objects)
    {
        bool isList = kind?.EndsWith(ListSuffix, StringComparison.Ordinal) ?? item["kind"]?.Scalar is { Length: > 0 };
        if (isList)
        {
            ReadObject(item, kind?[..^ListSuffix.Length] ?? "", objects);
        }

        return isList;
    }

    private static void ReadObject(ManifestNode node, string listKind, ManifestObjects objects)
    {
        if (!node.IsMapping)
        {
            if (node.Scalar is null && !node.IsSequence)
            {
                return;
            }

            throw new ManifestException(node.Place, "not a Kubernetes object: expected a mapping with a kind");
        }

        // The items of a ServiceList need not say that they are Services.
        string kind = node["kind"]?.Scalar ?? listKind;
        if (kind.EndsWith(ListSuffix, StringComparison.Ordinal) && node["items"] is { } items)
        {
            foreach (ManifestNode item in items.Items)
            {
                ReadObject(item, kind[..^ListSuffix.Length], objects);
            }

            return;
        }

        switch (kind)
        {
            case "":
                throw new ManifestException(node.Place, "an object without a kind: expected a Kubernetes object");
            case "Namespace":
                objects.AddNamespace(RequireText(Require(node, "metadata"), "name"), name => FindLabel(node, name));
                break;
            case "Service":
                ServiceObject service = ReadService(node);
                objects.Add(service, name => FindLabel(node, name));
                objects.MentionNamespace(service.Key.Namespace);
                break;
            case "EndpointSlice":
                if (ReadEndpointSlice(node) is { } slice)
                {
                    objects.Add(slice, name => FindLabel(node, name));
                    objects.MentionNamespace(slice.Key.Namespace);
                }

                break;
            case "ServiceImport":
                ServiceObject import = ReadImport(node);
                objects.AddImport(import, name => FindLabel(node, name));
                objects.MentionNamespace(import.Key.Namespace);
                break;
            case "Pod":
                PodObject pod = ReadPod(node);
                objects.Add(pod, name => FindLabel(node, name));
                objects.MentionNamespace(pod.Key.Namespace);
                break;
            case "Endpoints":
                objects.SkippedEndpoints++;
                break;
        }
    }

    private static string? FindLabel(ManifestNode node, string name) => node["metadata"]?["labels"]?[name]?.Scalar;

    private static ServiceObject ReadService(ManifestNode node)
    {
        ManifestNode? spec = node["spec"];
        ManifestNode[] own = [.. ReadClusterIPs(spec)];
        ServiceKind kind = spec?["type"]?.Scalar switch
        {
            "ExternalName" => ServiceKind.ExternalName,
            _ when own is [{ Scalar: NoClusterIP }, ..] => ServiceKind.Headless,
            _ => ServiceKind.ClusterIP,
        };
        ManifestNode[] ingress = [.. ReadIngress(node)];
        return new ServiceObject(
            ReadKey(node),
            kind,
            kind == ServiceKind.ClusterIP ? [.. own.Select(ReadAddress)] : [],
            ReadPorts(spec?["ports"]),
            kind == ServiceKind.ExternalName ? RequireText(spec!, "externalName") : "",
            IsTrue(spec?["publishNotReadyAddresses"]))
        {
            ExternalAddresses = [.. (spec?["externalIPs"]?.Items ?? []).Select(ReadAddress), .. ingress.Where(IsAddress).Select(ReadAddress)],
            ExternalHostnames = [.. ingress.Where(static entry => !IsAddress(entry)).Select(static entry => entry.Scalar!)],
        };
    }

    private static ServiceObject ReadImport(ManifestNode node)
    {
        ManifestNode? spec = node["spec"];
        bool isHeadless = spec?["type"]?.Scalar is "Headless";
        return new ServiceObject(
            ReadKey(node),
            isHeadless ? ServiceKind.Headless : ServiceKind.ClusterIP,
            isHeadless ? [] : [.. (spec?["ips"]?.Items ?? []).Select(ReadAddress)],
            ReadPorts(spec?["ports"]),
            ExternalName: "",
            PublishNotReadyAddresses: false);
    }

    /// <summary>Whoever writes a Service by hand may name its addresses in either of two ways.</summary>
    private static IEnumerable<ManifestNode> ReadClusterIPs(ManifestNode? spec)
        => spec?["clusterIPs"]?.Items is { Count: > 0 } addresses ? addresses
            : spec?["clusterIP"] is { Scalar.Length: > 0 } address ? [address]
            : [];

    /// <summary>What a Service's load balancer has: of each entry the address, or the name where it has none.</summary>
    private static IEnumerable<ManifestNode> ReadIngress(ManifestNode service)
        => (service["status"]?["loadBalancer"]?["ingress"]?.Items ?? [])
            .Select(static entry => entry["ip"] is { Scalar.Length: > 0 } address ? address : entry["hostname"])
            .OfType<ManifestNode>()
            .Where(static entry => entry.Scalar is { Length: > 0 });

    private static bool IsAddress(ManifestNode node) => AddressText.TryParse(node.Scalar, out _);

    /// <summary>A Pod that has ended, or is about to, keeps its address in its status, which may be another's by now.</summary>
    private static PodObject ReadPod(ManifestNode node)
    {
        ManifestNode? status = node["status"];
        bool isEnding = node["metadata"]?["deletionTimestamp"] is not null || status?["phase"]?.Scalar is "Succeeded" or "Failed" or "Unknown";
        bool hasAddress = !isEnding && status?["podIP"] is { Scalar.Length: > 0 };
        return new PodObject(ReadKey(node), hasAddress ? ReadAddress(status!["podIP"]!) : null)
        {
            Labels = [.. node["metadata"]?["labels"]?.ScalarMembers ?? []],
        };
    }

    private static EndpointSliceObject? ReadEndpointSlice(ManifestNode node)
    {
        string serviceName = FindLabel(node, ServiceNameLabel) ?? "";
        string importName = FindLabel(node, ImportNameLabel) ?? "";
        if (serviceName.Length == 0 && importName.Length == 0)
        {
            return null;
        }

        List<EndpointObject> endpoints = [];
        bool hasNames = string.Equals(node["addressType"]?.Scalar, "FQDN", StringComparison.Ordinal);
        foreach (ManifestNode endpoint in hasNames ? [] : node["endpoints"]?.Items ?? [])
        {
            ManifestNode? ready = endpoint["conditions"]?["ready"];
            string hostname = endpoint["hostname"]?.Scalar ?? "";
            string targetName = endpoint["targetRef"]?["name"]?.Scalar ?? "";
            string zone = endpoint["zone"]?.Scalar ?? "";
            endpoints.AddRange((endpoint["addresses"]?.Items ?? []).Select(address => new EndpointObject(
                ReadAddress(address), hostname, ready is null || IsTrue(ready), targetName, zone)));
        }

        return new EndpointSliceObject(ReadKey(node), serviceName, ReadPorts(node["ports"]), endpoints)
        {
            ImportName = importName,
            Names = hasNames ? [.. (node["endpoints"]?.Items ?? []).SelectMany(ReadNames)] : [],
            SourceCluster = FindLabel(node, SourceClusterLabel) ?? "",
        };
    }

    private static IEnumerable<NamedEndpointObject> ReadNames(ManifestNode endpoint)
    {
        ManifestNode? ready = endpoint["conditions"]?["ready"];
        string hostname = endpoint["hostname"]?.Scalar ?? "";
        return (endpoint["addresses"]?.Items ?? [])
            .Select(address => new NamedEndpointObject(address.Scalar ?? "", hostname, ready is null || IsTrue(ready)));
    }

    private static List<PortObject> ReadPorts(ManifestNode? ports)
        => [.. (ports?.Items ?? []).Select(static port => new PortObject(
            (port["name"]?.Scalar ?? "").ToLowerInvariant(),
            (port["protocol"]?.Scalar is { Length: > 0 } protocol ? protocol : "TCP").ToLowerInvariant(),
            port["port"] is { } number ? ReadPort(number) : (ushort)0))];

    private static ObjectKey ReadKey(ManifestNode node)
    {
        ManifestNode metadata = Require(node, "metadata");
        return new ObjectKey(metadata["namespace"]?.Scalar is { Length: > 0 } name ? name : DefaultNamespace, RequireText(metadata, "name"));
    }

    private static ManifestNode Require(ManifestNode node, string name)
        => node[name] ?? throw new ManifestException(node.Place, $"{name} is missing in this object");

    private static string RequireText(ManifestNode node, string name)
    {
        ManifestNode member = Require(node, name);
        return member.Scalar is { Length: > 0 } text
            ? text
            : throw new ManifestException(member.Place, $"{name} is empty or not text: expected a name");
    }

    private static IPAddress ReadAddress(ManifestNode node)
        => AddressText.TryParseUnmapped(node.Scalar, out IPAddress? address)
            ? address
            : throw new ManifestException(node.Place, $"invalid address '{node.Scalar}': expected IPv4 or IPv6");

    private static ushort ReadPort(ManifestNode node)
        => ushort.TryParse(node.Scalar, NumberStyles.None, CultureInfo.InvariantCulture, out ushort port)
            ? port
            : throw new ManifestException(node.Place, $"invalid port '{node.Scalar}': expected a number from 0 to 65535");

    private static bool IsTrue(ManifestNode? node) => node?.Scalar is "true" or "True" or "TRUE";
}
