using System.Text.Json;

namespace ClusterDns.Plugins.Kubernetes.Api.Decoding;

/// <summary>What of an object's metadata is needed. Texts are empty where there are none.</summary>
internal struct ObjectMetadata
{
    /// <summary>The object's name.</summary>
    public string Name { get; private set; }

    /// <summary>Its namespace.</summary>
    public string Namespace { get; private set; }

    /// <summary>Which object of this name it is.</summary>
    public string Uid { get; private set; }

    /// <summary>Its version.</summary>
    public string Version { get; private set; }

    /// <summary>Of an EndpointSlice, the Service it belongs to.</summary>
    public string ServiceName { get; private set; }

    /// <summary>Of an EndpointSlice, the ServiceImport it belongs to.</summary>
    public string ImportName { get; private set; }

    /// <summary>Of an EndpointSlice, the cluster its endpoints are in.</summary>
    public string SourceCluster { get; private set; }

    /// <summary>Of an EndpointSlice, whether its Service is headless.</summary>
    public bool IsHeadless { get; private set; }

    /// <summary>Of an EndpointSlice, when what it was changed for happened; null where that is not said.</summary>
    public DateTimeOffset? Triggered { get; private set; }

    /// <summary>All labels, where they were asked for and there are some.</summary>
    public IReadOnlyList<KeyValuePair<string, string>>? Labels { get; private set; }

    /// <summary>Whether it is being deleted.</summary>
    public bool IsEnding { get; private set; }

    /// <summary>Of a bookmark, whether everything that existed at the watch's beginning has been sent.</summary>
    public bool EndsInitialEvents { get; private set; }

    /// <summary>Whether it names an object of a namespace.</summary>
    public readonly bool HasKey => Name.Length > 0 && Namespace.Length > 0;

    /// <summary>Nothing yet.</summary>
    public static ObjectMetadata Empty => new()
    {
        Name = "",
        Namespace = "",
        Uid = "",
        Version = "",
        ServiceName = "",
        ImportName = "",
        SourceCluster = "",
    };

    /// <summary>Reads metadata.</summary>
    /// <param name="reader">The reader, at the name of the property.</param>
    /// <param name="strings">Makes the strings.</param>
    /// <param name="withLabels">Whether all labels are read.</param>
    public static ObjectMetadata Read(ref Utf8JsonReader reader, StringPool strings, bool withLabels = false)
    {
        ObjectMetadata metadata = Empty;
        if (!JsonWalk.TryEnterObject(ref reader))
        {
            return metadata;
        }

        while (JsonWalk.TryNextProperty(ref reader))
        {
            if (reader.ValueTextEquals("name"u8))
            {
                metadata.Name = strings.Read(ref reader);
            }
            else if (reader.ValueTextEquals("namespace"u8))
            {
                metadata.Namespace = strings.Read(ref reader);
            }
            else if (reader.ValueTextEquals("uid"u8))
            {
                metadata.Uid = JsonWalk.ReadText(ref reader);
            }
            else if (reader.ValueTextEquals("resourceVersion"u8))
            {
                metadata.Version = JsonWalk.ReadText(ref reader);
            }
            else if (reader.ValueTextEquals("deletionTimestamp"u8))
            {
                metadata.IsEnding = JsonWalk.ReadText(ref reader).Length > 0;
            }
            else if (reader.ValueTextEquals("labels"u8))
            {
                if (withLabels)
                {
                    metadata.Labels = ReadAllLabels(ref reader, strings);
                }
                else
                {
                    ReadLabels(ref reader, strings, ref metadata);
                }
            }
            else if (reader.ValueTextEquals("annotations"u8))
            {
                ReadAnnotations(ref reader, ref metadata);
            }
            else
            {
                JsonWalk.Skip(ref reader);
            }
        }

        return metadata;
    }

    private static void ReadLabels(ref Utf8JsonReader reader, StringPool strings, ref ObjectMetadata metadata)
    {
        if (!JsonWalk.TryEnterObject(ref reader))
        {
            return;
        }

        while (JsonWalk.TryNextProperty(ref reader))
        {
            if (reader.ValueTextEquals("kubernetes.io/service-name"u8))
            {
                metadata.ServiceName = strings.Read(ref reader);
            }
            else if (reader.ValueTextEquals("multicluster.kubernetes.io/service-name"u8))
            {
                metadata.ImportName = strings.Read(ref reader);
            }
            else if (reader.ValueTextEquals("multicluster.kubernetes.io/source-cluster"u8))
            {
                metadata.SourceCluster = strings.Read(ref reader);
            }
            else
            {
                metadata.IsHeadless |= reader.ValueTextEquals("service.kubernetes.io/headless"u8);
                JsonWalk.Skip(ref reader);
            }
        }
    }

    private static List<KeyValuePair<string, string>> ReadAllLabels(ref Utf8JsonReader reader, StringPool strings)
    {
        List<KeyValuePair<string, string>> labels = [];
        if (!JsonWalk.TryEnterObject(ref reader))
        {
            return labels;
        }

        while (JsonWalk.TryNextProperty(ref reader))
        {
            string name = strings.Get(ref reader);
            labels.Add(new KeyValuePair<string, string>(name, strings.Read(ref reader)));
        }

        return labels;
    }

    private static void ReadAnnotations(ref Utf8JsonReader reader, ref ObjectMetadata metadata)
    {
        if (!JsonWalk.TryEnterObject(ref reader))
        {
            return;
        }

        while (JsonWalk.TryNextProperty(ref reader))
        {
            bool isEnd = reader.ValueTextEquals("k8s.io/initial-events-end"u8);
            bool isTrigger = reader.ValueTextEquals("endpoints.kubernetes.io/last-change-trigger-time"u8);
            reader.Read();
            if (reader.TokenType == JsonTokenType.String)
            {
                metadata.EndsInitialEvents |= isEnd && reader.ValueTextEquals("true"u8);
                metadata.Triggered = isTrigger && reader.TryGetDateTimeOffset(out DateTimeOffset time) ? time : metadata.Triggered;
            }

            JsonWalk.Skip(ref reader);
        }
    }
}
