using System.Net;
using System.Text.Json;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Kubernetes.Objects;

namespace ClusterDns.Plugins.Kubernetes.Api.Decoding;

/// <summary>Takes out of an EndpointSlice's JSON (discovery.k8s.io/v1) what DNS needs.</summary>
internal static class EndpointSliceDecoder
{
    /// <summary>Reads an EndpointSlice.</summary>
    /// <param name="reader">The reader, at the object's beginning; afterwards at its end.</param>
    /// <param name="strings">Makes the strings.</param>
    /// <param name="metadata">The object's metadata.</param>
    /// <returns>The slice, without names of Services that it does not belong to; null when it has no name itself, or no namespace.</returns>
    public static EndpointSliceObject? Read(ref Utf8JsonReader reader, StringPool strings, out ObjectMetadata metadata)
    {
        metadata = ObjectMetadata.Empty;
        IReadOnlyList<PortObject> ports = [];
        List<EndpointObject> endpoints = [];
        List<NamedEndpointObject> names = [];
        bool hasNames = false;
        while (JsonWalk.TryNextProperty(ref reader))
        {
            if (reader.ValueTextEquals("metadata"u8))
            {
                metadata = ObjectMetadata.Read(ref reader, strings);
            }
            else if (reader.ValueTextEquals("addressType"u8))
            {
                hasNames = strings.Read(ref reader) is "FQDN";
            }
            else if (reader.ValueTextEquals("endpoints"u8))
            {
                ReadEndpoints(ref reader, strings, endpoints, names);
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

        return !metadata.HasKey
            ? null
            : new EndpointSliceObject(
                new ObjectKey(metadata.Namespace, metadata.Name), metadata.ServiceName, ports, hasNames ? [] : endpoints)
            {
                ImportName = metadata.ImportName,
                Names = hasNames ? names : [],
                SourceCluster = metadata.SourceCluster,
            };
    }

    private static void ReadEndpoints(
        ref Utf8JsonReader reader, StringPool strings, List<EndpointObject> endpoints, List<NamedEndpointObject> names)
    {
        if (!JsonWalk.TryEnterArray(ref reader))
        {
            return;
        }

        List<IPAddress> addresses = [];
        List<string> hosts = [];
        while (JsonWalk.TryNextObject(ref reader))
        {
            addresses.Clear();
            hosts.Clear();
            bool isReady = true;
            string hostname = "";
            string targetName = "";
            string zone = "";
            while (JsonWalk.TryNextProperty(ref reader))
            {
                if (reader.ValueTextEquals("addresses"u8))
                {
                    ReadAddresses(ref reader, addresses, hosts);
                }
                else if (reader.ValueTextEquals("conditions"u8))
                {
                    isReady = ReadReady(ref reader);
                }
                else if (reader.ValueTextEquals("hostname"u8))
                {
                    hostname = JsonWalk.ReadText(ref reader);
                }
                else if (reader.ValueTextEquals("targetRef"u8))
                {
                    targetName = ReadTargetName(ref reader);
                }
                else if (reader.ValueTextEquals("zone"u8))
                {
                    zone = strings.Read(ref reader);
                }
                else
                {
                    JsonWalk.Skip(ref reader);
                }
            }

            foreach (IPAddress address in addresses)
            {
                endpoints.Add(new EndpointObject(address, hostname, isReady, targetName, zone));
            }

            foreach (string host in hosts)
            {
                names.Add(new NamedEndpointObject(host, hostname, isReady));
            }
        }
    }

    /// <summary>The address type may come later than the addresses, so that both kinds are read.</summary>
    private static void ReadAddresses(ref Utf8JsonReader reader, List<IPAddress> addresses, List<string> hosts)
    {
        if (!JsonWalk.TryEnterArray(ref reader))
        {
            return;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.String)
            {
                JsonWalk.Skip(ref reader);
            }
            else if (PortReader.TryGetAddress(ref reader, out IPAddress? address))
            {
                addresses.Add(address!);
            }
            else if ((reader.HasValueSequence ? reader.ValueSequence.Length : reader.ValueSpan.Length) <= DomainName.MaxTextLength)
            {
                hosts.Add(reader.GetString()!);
            }
        }
    }

    /// <summary>A condition that is not there counts as true.</summary>
    private static bool ReadReady(ref Utf8JsonReader reader)
    {
        bool isReady = true;
        if (JsonWalk.TryEnterObject(ref reader))
        {
            while (JsonWalk.TryNextProperty(ref reader))
            {
                if (reader.ValueTextEquals("ready"u8))
                {
                    isReady = JsonWalk.ReadTruth(ref reader, true);
                }
                else
                {
                    JsonWalk.Skip(ref reader);
                }
            }
        }

        return isReady;
    }

    private static string ReadTargetName(ref Utf8JsonReader reader)
    {
        string name = "";
        if (JsonWalk.TryEnterObject(ref reader))
        {
            while (JsonWalk.TryNextProperty(ref reader))
            {
                if (reader.ValueTextEquals("name"u8))
                {
                    name = JsonWalk.ReadText(ref reader);
                }
                else
                {
                    JsonWalk.Skip(ref reader);
                }
            }
        }

        return name;
    }
}
