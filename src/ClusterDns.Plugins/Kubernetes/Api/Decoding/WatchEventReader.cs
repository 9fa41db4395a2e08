using System.Buffers;
using System.Text.Json;

namespace ClusterDns.Plugins.Kubernetes.Api.Decoding;

/// <summary>What a line of a watch contains.</summary>
internal enum WatchEventKind : byte
{
    /// <summary>Nothing that is known.</summary>
    Unknown,

    /// <summary>An object is there, new or changed.</summary>
    Set,

    /// <summary>An object is gone.</summary>
    Deleted,

    /// <summary>Nothing has changed up to a version.</summary>
    Bookmark,

    /// <summary>The watch cannot continue.</summary>
    Error,
}

/// <summary>A line of a watch.</summary>
/// <param name="Kind">The kind of the event.</param>
/// <param name="Version">The version that is reached by it; empty where it has none.</param>
/// <param name="EndsInitialEvents">Whether everything that existed at the watch's beginning has been sent.</param>
/// <param name="WasDropped">Whether its object could not be read, and was skipped.</param>
/// <param name="Status">What is wrong, of an error.</param>
internal readonly record struct WatchEvent(
    WatchEventKind Kind, string Version, bool EndsInitialEvents = false, bool WasDropped = false, ApiStatus Status = default);

/// <summary>Reads the lines of a watch, and reports the objects in them.</summary>
internal static class WatchEventReader
{
    /// <summary>Reads a line.</summary>
    /// <param name="line">The line, without its end.</param>
    /// <param name="sink">Receives the object.</param>
    /// <param name="strings">Makes strings.</param>
    /// <param name="watchEvent">The event of the line.</param>
    /// <returns>False when it is not an event.</returns>
    public static bool TryRead(in ReadOnlySequence<byte> line, IObjectSink sink, StringPool strings, out WatchEvent watchEvent)
    {
        watchEvent = default;
        try
        {
            Utf8JsonReader reader = new(line, JsonWalk.Options);
            return reader.Read()
                && reader.TokenType == JsonTokenType.StartObject
                && TryReadEvent(ref reader, sink, strings, out watchEvent)
                && !reader.Read();
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The reader throws the latter for text that is not UTF-8.
            return false;
        }
    }

    private static bool TryReadEvent(ref Utf8JsonReader reader, IObjectSink sink, StringPool strings, out WatchEvent watchEvent)
    {
        watchEvent = default;
        WatchEventKind? kind = null;
        Utf8JsonReader waiting = default;
        bool isWaiting = false;
        bool hasObject = false;
        while (JsonWalk.TryNextProperty(ref reader))
        {
            if (reader.ValueTextEquals("type"u8))
            {
                kind = ReadKind(ref reader);
            }
            else if (!reader.ValueTextEquals("object"u8) || hasObject)
            {
                JsonWalk.Skip(ref reader);
            }
            else if (JsonWalk.TryEnterObject(ref reader))
            {
                hasObject = true;
                if (kind is { } known)
                {
                    watchEvent = ReadObject(ref reader, known, sink, strings);
                }
                else
                {
                    waiting = reader;
                    isWaiting = true;
                    JsonWalk.Skip(ref reader);
                }
            }
        }

        if (isWaiting && kind is { } late)
        {
            watchEvent = ReadObject(ref waiting, late, sink, strings);
        }

        return hasObject && kind is not null && reader.TokenType == JsonTokenType.EndObject;
    }

    private static WatchEventKind ReadKind(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.String)
        {
            JsonWalk.Skip(ref reader);
            return WatchEventKind.Unknown;
        }

        return reader.ValueTextEquals("ADDED"u8) || reader.ValueTextEquals("MODIFIED"u8) ? WatchEventKind.Set
            : reader.ValueTextEquals("DELETED"u8) ? WatchEventKind.Deleted
            : reader.ValueTextEquals("BOOKMARK"u8) ? WatchEventKind.Bookmark
            : reader.ValueTextEquals("ERROR"u8) ? WatchEventKind.Error
            : WatchEventKind.Unknown;
    }

    private static WatchEvent ReadObject(ref Utf8JsonReader reader, WatchEventKind kind, IObjectSink sink, StringPool strings)
    {
        switch (kind)
        {
            case WatchEventKind.Set or WatchEventKind.Deleted:
                bool wasRead = sink.TryApply(ref reader, kind == WatchEventKind.Deleted, out string version);
                return new WatchEvent(kind, version, WasDropped: !wasRead);
            case WatchEventKind.Bookmark:
                ObjectMetadata metadata = MetadataDecoder.Read(ref reader, strings);
                return new WatchEvent(kind, metadata.Version, metadata.EndsInitialEvents);
            case WatchEventKind.Error:
                return new WatchEvent(kind, "", Status: StatusDecoder.Read(ref reader));
            default:
                JsonWalk.Skip(ref reader);
                return new WatchEvent(kind, "", WasDropped: true);
        }
    }
}
