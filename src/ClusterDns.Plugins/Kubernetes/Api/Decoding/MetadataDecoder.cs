using System.Text.Json;

namespace ClusterDns.Plugins.Kubernetes.Api.Decoding;

/// <summary>Takes the metadata out of any object's JSON: a Namespace's, of which nothing else is needed, or a bookmark's.</summary>
internal static class MetadataDecoder
{
    /// <summary>Reads an object's metadata.</summary>
    /// <param name="reader">The reader, at the object's beginning; afterwards at its end.</param>
    /// <param name="strings">Makes the strings.</param>
    public static ObjectMetadata Read(ref Utf8JsonReader reader, StringPool strings)
    {
        ObjectMetadata metadata = ObjectMetadata.Empty;
        while (JsonWalk.TryNextProperty(ref reader))
        {
            if (reader.ValueTextEquals("metadata"u8))
            {
                metadata = ObjectMetadata.Read(ref reader, strings);
            }
            else
            {
                JsonWalk.Skip(ref reader);
            }
        }

        return metadata;
    }
}
