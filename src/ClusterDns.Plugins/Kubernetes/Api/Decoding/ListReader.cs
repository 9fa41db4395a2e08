using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;

namespace ClusterDns.Plugins.Kubernetes.Api.Decoding;

/// <summary>What a list says beside its items.</summary>
/// <param name="Version">The version at which it was made.</param>
/// <param name="Continue">What is asked for the next page; empty at the last.</param>
internal readonly record struct ListHead(string Version, string Continue);

/// <summary>
/// Reads a list while it comes in, and tells of its items. No more than one item is held at a time.
/// </summary>
/// <param name="sink">Told of the items.</param>
/// <param name="onDropped">Told why an item was passed over.</param>
internal sealed class ListReader(IObjectSink sink, Action<string> onDropped)
{
    private JsonReaderState _state = new(JsonWalk.Options);
    private ListHead _head = new("", "");
    private bool _isInItems;
    private bool _isSkipping;
    private bool _isWhole;

    /// <summary>Reads a whole list.</summary>
    /// <param name="body">Its bytes.</param>
    /// <param name="onProgress">Told whenever bytes have come.</param>
    /// <param name="cancellationToken">Set when it is given up.</param>
    /// <returns>What it says beside its items; null when it is no list, or not a whole one.</returns>
    /// <exception cref="IOException">The server breaks off.</exception>
    public async ValueTask<ListHead?> ReadAsync(PipeReader body, Action onProgress, CancellationToken cancellationToken)
    {
        while (true)
        {
            ReadResult read = await body.ReadAsync(cancellationToken);
            onProgress();
            if (!TryRead(read.Buffer, read.IsCompleted, out long consumed))
            {
                return null;
            }

            body.AdvanceTo(read.Buffer.GetPosition(consumed), read.Buffer.End);
            if (read.IsCompleted)
            {
                return _isWhole && _head.Version.Length > 0 ? _head : null;
            }
        }
    }

    /// <summary>Reads as far as there are whole items.</summary>
    private bool TryRead(in ReadOnlySequence<byte> buffer, bool isLast, out long consumed)
    {
        consumed = 0;
        try
        {
            Utf8JsonReader reader = new(buffer, isLast, _state);
            while (TryStep(ref reader, buffer.Length))
            {
            }

            _state = reader.CurrentState;
            consumed = reader.BytesConsumed;

            // One text that does not end is not waited for.
            return consumed > 0 || buffer.Length <= 2 * IObjectSink.MaxObjectLength;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>Reads an item, a property of the list, or a token around them.</summary>
    /// <returns>False when there is no whole one; the reader stands where it stood.</returns>
    private bool TryStep(ref Utf8JsonReader reader, long available)
    {
        Utf8JsonReader start = reader;
        if (!reader.Read())
        {
            return false;
        }

        if (_isSkipping)
        {
            _isSkipping = reader.TokenType != JsonTokenType.EndObject || reader.CurrentDepth != 2;
            return true;
        }

        bool isDone = _isInItems ? TryReadItem(ref reader, available - start.BytesConsumed) : TryReadProperty(ref reader);
        if (!isDone)
        {
            reader = start;
        }

        return isDone;
    }

    private bool TryReadProperty(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.PropertyName)
        {
            _isWhole = reader.TokenType == JsonTokenType.EndObject;
            return reader.TokenType is JsonTokenType.StartObject or JsonTokenType.EndObject
                ? true
                : throw new JsonException("the list is no object");
        }

        if (reader.ValueTextEquals("items"u8))
        {
            if (!reader.Read())
            {
                return false;
            }

            _isInItems = reader.TokenType == JsonTokenType.StartArray;
            return _isInItems || reader.TrySkip();
        }

        bool isMetadata = reader.ValueTextEquals("metadata"u8);
        Utf8JsonReader ahead = reader;
        if (!ahead.TrySkip())
        {
            return false;
        }

        if (isMetadata)
        {
            ReadMetadata(ref reader);
        }
        else
        {
            reader = ahead;
        }

        return true;
    }

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        if (!JsonWalk.TryEnterObject(ref reader))
        {
            return;
        }

        while (JsonWalk.TryNextProperty(ref reader))
        {
            if (reader.ValueTextEquals("resourceVersion"u8))
            {
                _head = _head with { Version = JsonWalk.ReadText(ref reader) };
            }
            else if (reader.ValueTextEquals("continue"u8))
            {
                _head = _head with { Continue = JsonWalk.ReadText(ref reader) };
            }
            else
            {
                JsonWalk.Skip(ref reader);
            }
        }
    }

    private bool TryReadItem(ref Utf8JsonReader reader, long available)
    {
        if (reader.TokenType == JsonTokenType.EndArray)
        {
            _isInItems = false;
            return true;
        }

        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("an item is no object");
        }

        Utf8JsonReader ahead = reader;
        if (!ahead.TrySkip())
        {
            // What is too long to be held is passed over token by token.
            _isSkipping = available > IObjectSink.MaxObjectLength;
            if (_isSkipping)
            {
                onDropped("oversized");
            }

            return _isSkipping;
        }

        if (!sink.TryApply(ref reader, isDeleted: false, out _))
        {
            onDropped("unreadable");
        }

        return true;
    }
}
