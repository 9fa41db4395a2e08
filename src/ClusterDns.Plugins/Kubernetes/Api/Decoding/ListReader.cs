using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;

namespace ClusterDns.Plugins.Kubernetes.Api.Decoding;

/// <summary>What a list says beside its items.</summary>
/// <param name="Version">The version at which it was made.</param>
/// <param name="Continue">What is asked for the next page; empty at the last.</param>
internal readonly record struct ListHead(string Version, string Continue);

/// <summary>
/// Reads a list while it comes in, and reports its items. No more than one item is held at a time.
/// </summary>
/// <param name="sink">Receives the items.</param>
/// <param name="onDropped">Called with the reason why an item was skipped.</param>
internal sealed class ListReader(IObjectSink sink, Action<string> onDropped)
{
    /// <summary>How many items a list may have: no cluster has as many objects of a kind.</summary>
    public const int MaxItems = 5_000_000;

    /// <summary>The longest text that is asked for the next page.</summary>
    private const int MaxContinueLength = 64 * 1024;

    private readonly LongText _longText = new();
    private JsonReaderState _state = new(JsonWalk.Options);
    private long _enough;
    private ListHead _head = new("", "");
    private bool _isInItems;
    private bool _isSkipping;
    private bool _isWhole;

    /// <summary>How many items were read.</summary>
    public int Items { get; private set; }

    /// <summary>Why a list could not be read to its end.</summary>
    public string Problem { get; private set; } = "the list is truncated";

    /// <summary>Reads a whole list.</summary>
    /// <param name="body">Its bytes.</param>
    /// <param name="onProgress">Called whenever bytes have arrived.</param>
    /// <param name="cancellationToken">Set when it is given up.</param>
    /// <returns>What it says beside its items; null when it is not a list, or truncated.</returns>
    /// <exception cref="IOException">The server breaks off.</exception>
    public async ValueTask<ListHead?> ReadAsync(PipeReader body, Action onProgress, CancellationToken cancellationToken)
    {
        while (true)
        {
            ReadResult read = await body.ReadAsync(cancellationToken);
            onProgress();
            if (!TryReadAll(read.Buffer, read.IsCompleted, out SequencePosition consumed))
            {
                return null;
            }

            body.AdvanceTo(consumed, read.Buffer.End);
            if (read.IsCompleted)
            {
                return _isWhole && _head.Version.Length > 0 ? _head : null;
            }
        }
    }

    /// <summary>Reads as far as there are whole items.</summary>
    private bool TryReadAll(ReadOnlySequence<byte> buffer, bool isLast, out SequencePosition consumed)
    {
        consumed = buffer.Start;

        // What was not enough is read again from its beginning, so that more than a little must have come meanwhile.
        if (buffer.Length < _enough && !isLast)
        {
            return true;
        }

        try
        {
            bool goesOn = true;
            while (goesOn)
            {
                goesOn = _longText.IsOpen ? _longText.TryClose(ref buffer, isLast, ref _state) : TryRead(ref buffer, isLast);
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            Problem = $"the list is malformed: {exception.Message}";
            return false;
        }

        consumed = buffer.Start;
        _enough = buffer.Length + (buffer.Length / 4);
        if (buffer.Length > 2 * IObjectSink.MaxObjectLength)
        {
            Problem = "the list has a value of more than 16 MiB outside its items";
            return false;
        }

        if (Items > MaxItems)
        {
            Problem = $"the list has more than {MaxItems} items";
            return false;
        }

        return true;
    }

    /// <summary>Reads whole items; a text of an item that is skipped may be too long to be held.</summary>
    /// <returns>Whether there may be more in the buffer.</returns>
    private bool TryRead(ref ReadOnlySequence<byte> buffer, bool isLast)
    {
        Utf8JsonReader reader = new(buffer, isLast, _state);
        while (Items <= MaxItems && TryStep(ref reader, buffer.Length))
        {
        }

        _state = reader.CurrentState;
        buffer = buffer.Slice(reader.BytesConsumed);
        return _isSkipping && buffer.Length > IObjectSink.MaxObjectLength && _longText.TryOpen(ref buffer);
    }

    /// <summary>Reads an item, a property of the list, or a token around them.</summary>
    /// <returns>False when there is no whole one; the reader stays where it was.</returns>
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
                : throw new JsonException("the list is not a JSON object");
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
                string next = JsonWalk.ReadText(ref reader);
                _head = _head with
                {
                    Continue = next.Length <= MaxContinueLength ? next : throw new JsonException($"its 'continue' is longer than {MaxContinueLength} characters"),
                };
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
            throw new JsonException("an item is not a JSON object");
        }

        Utf8JsonReader ahead = reader;
        if (!ahead.TrySkip())
        {
            // What is too long to be held is skipped token by token.
            _isSkipping = available > IObjectSink.MaxObjectLength;
            if (_isSkipping)
            {
                Items++;
                onDropped("oversized");
            }

            return _isSkipping;
        }

        Items++;
        if (!sink.TryApply(ref reader, isDeleted: false, out _))
        {
            onDropped("unreadable");
        }

        return true;
    }
}
