using System.Net;
using System.Text.Json;
using ClusterDns.Plugins.Kubernetes.Objects;

namespace ClusterDns.Plugins.Kubernetes.Api.Decoding;

/// <summary>Takes out of a ServiceImport's JSON (multicluster.x-k8s.io) what DNS needs.</summary>
internal static class ServiceImportDecoder
{
    /// <summary>Reads a ServiceImport.</summary>
    /// <param name="reader">The reader, at the object's beginning; afterwards at its end.</param>
    /// <param name="strings">Makes the strings.</param>
    /// <param name="version">The object's version.</param>
    /// <returns>What it says of the Service that it stands for; null when it has no name or namespace.</returns>
    public static ServiceObject? Read(ref Utf8JsonReader reader, StringPool strings, out string version)
    {
        ObjectMetadata metadata = ObjectMetadata.Empty;
        bool isHeadless = false;
        List<IPAddress> addresses = [];
        IReadOnlyList<PortObject> ports = [];
        while (JsonWalk.TryNextProperty(ref reader))
        {
            if (reader.ValueTextEquals("metadata"u8))
            {
                metadata = ObjectMetadata.Read(ref reader, strings);
            }
            else if (reader.ValueTextEquals("spec"u8))
            {
                ReadSpec(ref reader, strings, ref isHeadless, addresses, ref ports);
            }
            else
            {
                JsonWalk.Skip(ref reader);
            }
        }

        version = metadata.Version;
        return !metadata.HasKey
            ? null
            : new ServiceObject(
                new ObjectKey(metadata.Namespace, metadata.Name),
                isHeadless ? ServiceKind.Headless : ServiceKind.ClusterIP,
                isHeadless ? [] : addresses,
                ports,
                ExternalName: "",
                PublishNotReadyAddresses: false);
    }

    private static void ReadSpec(
        ref Utf8JsonReader reader,
        StringPool strings,
        ref bool isHeadless,
        List<IPAddress> addresses,
        ref IReadOnlyList<PortObject> ports)
    {
        if (!JsonWalk.TryEnterObject(ref reader))
        {
            return;
        }

        while (JsonWalk.TryNextProperty(ref reader))
        {
            if (reader.ValueTextEquals("type"u8))
            {
                isHeadless = strings.Read(ref reader) is "Headless";
            }
            else if (reader.ValueTextEquals("ips"u8))
            {
                PortReader.ReadAddresses(ref reader, addresses);
            }
            else if (reader.ValueTextEquals("ports"u8))
            {
                ports = PortReader.Read(ref reader, strings);
            }
            else
            {
                JsonWalk.Skip(ref reader);
            }
        }
    }
}
