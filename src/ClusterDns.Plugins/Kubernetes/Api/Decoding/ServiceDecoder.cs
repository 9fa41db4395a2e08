using System.Net;
using System.Text.Json;
using ClusterDns.Plugins.Kubernetes.Objects;

namespace ClusterDns.Plugins.Kubernetes.Api.Decoding;

/// <summary>Takes out of a Service's JSON what DNS needs.</summary>
internal static class ServiceDecoder
{
    /// <summary>Reads a Service.</summary>
    /// <param name="reader">The reader, at the object's beginning; afterwards at its end.</param>
    /// <param name="strings">Makes the strings.</param>
    /// <param name="version">The object's version.</param>
    /// <returns>The Service; null when it has no name or namespace.</returns>
    public static ServiceObject? Read(ref Utf8JsonReader reader, StringPool strings, out string version)
    {
        ObjectMetadata metadata = ObjectMetadata.Empty;
        Spec spec = new() { ExternalName = "", Addresses = [], ExternalAddresses = [], Ports = [] };
        ExternalPlaces balancer = new([], []);
        while (JsonWalk.TryNextProperty(ref reader))
        {
            if (reader.ValueTextEquals("metadata"u8))
            {
                metadata = ObjectMetadata.Read(ref reader, strings);
            }
            else if (reader.ValueTextEquals("spec"u8))
            {
                ReadSpec(ref reader, strings, ref spec);
            }
            else if (reader.ValueTextEquals("status"u8))
            {
                balancer = ExternalPlaces.ReadStatus(ref reader);
            }
            else
            {
                JsonWalk.Skip(ref reader);
            }
        }

        version = metadata.Version;
        if (!metadata.HasKey)
        {
            return null;
        }

        ServiceKind kind = spec.IsExternalName ? ServiceKind.ExternalName : spec.IsHeadless ? ServiceKind.Headless : ServiceKind.ClusterIP;
        if (kind == ServiceKind.ClusterIP && spec.Addresses.Count == 0 && spec.PrimaryAddress is { } primary)
        {
            spec.Addresses.Add(primary);
        }

        return new ServiceObject(
            new ObjectKey(metadata.Namespace, metadata.Name),
            kind,
            kind == ServiceKind.ClusterIP ? spec.Addresses : [],
            spec.Ports,
            kind == ServiceKind.ExternalName ? spec.ExternalName : "",
            spec.PublishesNotReady)
        {
            ExternalAddresses = [.. spec.ExternalAddresses, .. balancer.Addresses],
            ExternalHostnames = balancer.Hostnames,
        };
    }

    private static void ReadSpec(ref Utf8JsonReader reader, StringPool strings, ref Spec spec)
    {
        if (!JsonWalk.TryEnterObject(ref reader))
        {
            return;
        }

        while (JsonWalk.TryNextProperty(ref reader))
        {
            if (reader.ValueTextEquals("type"u8))
            {
                spec.IsExternalName = strings.Read(ref reader) is "ExternalName";
            }
            else if (reader.ValueTextEquals("clusterIP"u8))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.String)
                {
                    spec.IsHeadless = reader.ValueTextEquals("None"u8);
                    PortReader.TryGetAddress(ref reader, out IPAddress? address);
                    spec.PrimaryAddress = address;
                }
                else
                {
                    JsonWalk.Skip(ref reader);
                }
            }
            else if (reader.ValueTextEquals("clusterIPs"u8))
            {
                PortReader.ReadAddresses(ref reader, spec.Addresses);
            }
            else if (reader.ValueTextEquals("externalIPs"u8))
            {
                PortReader.ReadAddresses(ref reader, spec.ExternalAddresses);
            }
            else if (reader.ValueTextEquals("ports"u8))
            {
                spec.Ports = PortReader.Read(ref reader, strings);
            }
            else if (reader.ValueTextEquals("externalName"u8))
            {
                spec.ExternalName = JsonWalk.ReadText(ref reader);
            }
            else if (reader.ValueTextEquals("publishNotReadyAddresses"u8))
            {
                spec.PublishesNotReady = JsonWalk.ReadTruth(ref reader, false);
            }
            else
            {
                JsonWalk.Skip(ref reader);
            }
        }
    }

    private ref struct Spec
    {
        public bool IsExternalName;
        public bool IsHeadless;
        public bool PublishesNotReady;
        public string ExternalName;
        public IPAddress? PrimaryAddress;
        public List<IPAddress> Addresses;
        public List<IPAddress> ExternalAddresses;
        public IReadOnlyList<PortObject> Ports;
    }
}
