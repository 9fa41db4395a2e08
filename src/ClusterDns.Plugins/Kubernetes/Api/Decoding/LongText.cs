using System.Buffers;
using System.Text.Json;

namespace ClusterDns.Plugins.Kubernetes.Api.Decoding;

/// <summary>
/// Skips a JSON string that is too long to be held: its bytes are dropped as they come, and the reader's state continues as if an empty
/// string had been there.
/// </summary>
internal sealed class LongText
{
    private byte[] _before = [];
    private bool _isEscaped;
    private bool _isClosed;

    /// <summary>Whether a string is being skipped.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Begins to skip the string that a buffer begins with, white space and a comma apart.</summary>
    /// <param name="buffer">What the reader has not consumed; afterwards what comes behind the string's first quote.</param>
    /// <returns>False where there is no string.</returns>
    public bool TryOpen(ref ReadOnlySequence<byte> buffer)
    {
        SequenceReader<byte> reader = new(buffer);
        reader.AdvancePastAny(" \t\r\n,"u8);
        if (!reader.IsNext((byte)'"', advancePast: true))
        {
            return false;
        }

        _before = buffer.Slice(0, reader.Position).ToArray();
        buffer = buffer.Slice(reader.Position);
        (IsOpen, _isEscaped, _isClosed) = (true, false, false);
        return true;
    }

    /// <summary>Drops what of the string has come.</summary>
    /// <param name="buffer">What has come; afterwards what is behind the string.</param>
    /// <param name="isLast">Whether nothing more comes.</param>
    /// <param name="state">The reader's state, which is that behind the string when this returns true.</param>
    /// <returns>Whether the string has ended.</returns>
    /// <exception cref="JsonException">What is behind the string is not JSON.</exception>
    public bool TryClose(ref ReadOnlySequence<byte> buffer, bool isLast, ref JsonReaderState state)
    {
        SkipText(ref buffer);
        if (!_isClosed)
        {
            return false;
        }

        // A colon behind it belongs to the token: the string is a property's name.
        SequenceReader<byte> reader = new(buffer);
        reader.AdvancePastAny(" \t\r\n"u8);
        if (reader.End && !isLast)
        {
            return false;
        }

        bool isName = reader.IsNext((byte)':', advancePast: true);
        if (isName)
        {
            buffer = buffer.Slice(reader.Position);
        }

        byte[] instead = [.. _before, (byte)'"', .. isName ? ":"u8 : ""u8];
        Utf8JsonReader json = new(instead, isFinalBlock: false, state);
        while (json.Read())
        {
        }

        state = json.CurrentState;
        _before = [];
        IsOpen = false;
        return true;
    }

    private void SkipText(ref ReadOnlySequence<byte> buffer)
    {
        SequenceReader<byte> reader = new(buffer);
        while (!_isClosed && !reader.End)
        {
            if (_isEscaped)
            {
                reader.Advance(1);
                _isEscaped = false;
            }
            else if (reader.TryAdvanceToAny("\"\\"u8, advancePastDelimiter: false))
            {
                reader.TryRead(out byte octet);
                _isClosed = octet == (byte)'"';
                _isEscaped = !_isClosed;
            }
            else
            {
                reader.AdvanceToEnd();
            }
        }

        buffer = buffer.Slice(reader.Position);
    }
}
