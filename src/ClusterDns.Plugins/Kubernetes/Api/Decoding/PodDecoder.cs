using System.Net;
using System.Text.Json;
using ClusterDns.Plugins.Kubernetes.Objects;

namespace ClusterDns.Plugins.Kubernetes.Api.Decoding;

/// <summary>Takes out of a Pod's JSON what DNS needs.</summary>
internal static class PodDecoder
{
    /// <summary>Reads a Pod.</summary>
    /// <param name="reader">The reader, at the object's beginning; afterwards at its end.</param>
    /// <param name="strings">Makes the strings.</param>
    /// <param name="version">The object's version.</param>
    /// <returns>The Pod; null when it has no name.</returns>
    public static PodObject? Read(ref Utf8JsonReader reader, StringPool strings, out string version)
    {
        ObjectMetadata metadata = ObjectMetadata.Empty;
        List<IPAddress> addresses = [];
        while (JsonWalk.TryNextProperty(ref reader))
        {
            if (reader.ValueTextEquals("metadata"u8))
            {
                metadata = ObjectMetadata.Read(ref reader, strings);
            }
            else if (reader.ValueTextEquals("status"u8))
            {
                ReadStatus(ref reader, addresses);
            }
            else
            {
                JsonWalk.Skip(ref reader);
            }
        }

        version = metadata.Version;
        return metadata.Name.Length == 0 ? null : new PodObject(new ObjectKey(metadata.Namespace, metadata.Name), addresses);
    }

    private static void ReadStatus(ref Utf8JsonReader reader, List<IPAddress> addresses)
    {
        if (!JsonWalk.TryEnterObject(ref reader))
        {
            return;
        }

        bool hasEnded = false;
        IPAddress? primary = null;
        while (JsonWalk.TryNextProperty(ref reader))
        {
            if (reader.ValueTextEquals("phase"u8))
            {
                reader.Read();
                hasEnded = reader.TokenType == JsonTokenType.String
                    && (reader.ValueTextEquals("Succeeded"u8) || reader.ValueTextEquals("Failed"u8));
                JsonWalk.Skip(ref reader);
            }
            else if (reader.ValueTextEquals("podIP"u8))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.String)
                {
                    PortReader.TryGetAddress(ref reader, out primary);
                }

                JsonWalk.Skip(ref reader);
            }
            else if (reader.ValueTextEquals("podIPs"u8))
            {
                ReadAddresses(ref reader, addresses);
            }
            else
            {
                JsonWalk.Skip(ref reader);
            }
        }

        if (addresses.Count == 0 && primary is not null)
        {
            addresses.Add(primary);
        }

        // The address of a Pod that has ended may be another's by now.
        if (hasEnded)
        {
            addresses.Clear();
        }
    }

    private static void ReadAddresses(ref Utf8JsonReader reader, List<IPAddress> addresses)
    {
        if (!JsonWalk.TryEnterArray(ref reader))
        {
            return;
        }

        while (JsonWalk.TryNextObject(ref reader))
        {
            while (JsonWalk.TryNextProperty(ref reader))
            {
                bool isAddress = reader.ValueTextEquals("ip"u8);
                reader.Read();
                if (isAddress && reader.TokenType == JsonTokenType.String && PortReader.TryGetAddress(ref reader, out IPAddress? address))
                {
                    addresses.Add(address!);
                }

                JsonWalk.Skip(ref reader);
            }
        }
    }
}
