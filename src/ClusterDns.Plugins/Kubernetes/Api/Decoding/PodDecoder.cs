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
    /// <param name="withLabels">Whether its labels are read.</param>
    /// <param name="version">The object's version.</param>
    /// <returns>The Pod; null when it has no name or namespace.</returns>
    public static PodObject? Read(ref Utf8JsonReader reader, StringPool strings, bool withLabels, out string version)
    {
        ObjectMetadata metadata = ObjectMetadata.Empty;
        IPAddress? address = null;
        while (JsonWalk.TryNextProperty(ref reader))
        {
            if (reader.ValueTextEquals("metadata"u8))
            {
                metadata = ObjectMetadata.Read(ref reader, strings, withLabels);
            }
            else if (reader.ValueTextEquals("status"u8))
            {
                address = ReadStatus(ref reader);
            }
            else
            {
                JsonWalk.Skip(ref reader);
            }
        }

        version = metadata.Version;
        return !metadata.HasKey
            ? null
            : new PodObject(new ObjectKey(metadata.Namespace, metadata.Name), metadata.IsEnding ? null : address)
            {
                Labels = metadata.Labels ?? [],
            };
    }

    /// <summary>Reads the primary address; null when the Pod has none, or has ended.</summary>
    private static IPAddress? ReadStatus(ref Utf8JsonReader reader)
    {
        if (!JsonWalk.TryEnterObject(ref reader))
        {
            return null;
        }

        bool hasEnded = false;
        IPAddress? primary = null;
        while (JsonWalk.TryNextProperty(ref reader))
        {
            bool isPhase = reader.ValueTextEquals("phase"u8);
            bool isAddress = reader.ValueTextEquals("podIP"u8);
            reader.Read();
            if (reader.TokenType == JsonTokenType.String)
            {
                hasEnded |= isPhase &&
                    (reader.ValueTextEquals("Succeeded"u8) || reader.ValueTextEquals("Failed"u8) || reader.ValueTextEquals("Unknown"u8));
                if (isAddress)
                {
                    PortReader.TryGetAddress(ref reader, out primary);
                }
            }

            JsonWalk.Skip(ref reader);
        }

        return hasEnded ? null : primary;
    }
}
