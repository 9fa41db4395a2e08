namespace ClusterDns.Plugins.Rewrite.Names;

/// <summary>Where a rule writes the text of a new name. What does not fit is dropped: no name has so long a text.</summary>
/// <param name="bytes">Room for the text.</param>
internal ref struct TextBuffer(Span<byte> bytes)
{
    private readonly Span<byte> _bytes = bytes;
    private int _length;
    private bool _isTooLong;

    /// <summary>The length of the text; 0 where not all of it fitted.</summary>
    public readonly int Length => _isTooLong ? 0 : _length;

    /// <summary>Appends to the text.</summary>
    /// <param name="text">What to append.</param>
    public void Append(scoped ReadOnlySpan<byte> text)
    {
        if (!text.TryCopyTo(_bytes[_length..]))
        {
            _isTooLong = true;
            return;
        }

        _length += text.Length;
    }
}
