namespace ClusterDns.Core.Records;

/// <summary>
/// Splits text into words between blanks. A word in quotes may hold blanks; a backslash takes any meaning from the
/// character behind it (RFC 1035 5.1). Escapes stay in the words, for their reader to decode.
/// </summary>
internal ref struct RdataTextReader(ReadOnlySpan<char> text)
{
    /// <summary>What is wrong where a word has no end.</summary>
    public const string Unfinished = "unfinished quotes or an unfinished escape";

    /// <summary>What is wrong where the octets do not fit.</summary>
    public const string TooLong = "longer than rdata can be";

    private ReadOnlySpan<char> _rest = text.Trim(" \t");

    /// <summary>Whether there are no words left.</summary>
    public readonly bool IsAtEnd => _rest.IsEmpty;

    /// <summary>What is left, from its first word on.</summary>
    public readonly ReadOnlySpan<char> Rest => _rest;

    /// <summary>Reads a word; false at the end, or for quotes without an end or with something right behind it.</summary>
    public bool TryRead(out ReadOnlySpan<char> word, out bool isQuoted)
    {
        isQuoted = !_rest.IsEmpty && _rest[0] == '"';
        int start = isQuoted ? 1 : 0;
        int end = start;
        while (end < _rest.Length && !(isQuoted ? _rest[end] == '"' : _rest[end] is ' ' or '\t' or '"'))
        {
            end += _rest[end] == '\\' ? 2 : 1;
        }

        int next = isQuoted ? end + 1 : end;
        bool isWhole = !_rest.IsEmpty
            && next <= _rest.Length
            && (next == _rest.Length || _rest[next] is ' ' or '\t');
        word = isWhole ? _rest[start..end] : default;
        _rest = isWhole ? _rest[next..].TrimStart(" \t") : _rest;
        return isWhole;
    }

    /// <summary>
    /// Reads <c>key</c>, <c>key=value</c> or <c>key="value"</c>; the value may hold blanks in quotes. False for quotes without an end or
    /// with something right behind them.
    /// </summary>
    public bool TryReadParameter(out ReadOnlySpan<char> key, out ReadOnlySpan<char> value)
    {
        int end = _rest.IndexOfAny('=', ' ', '\t');
        key = end < 0 ? _rest : _rest[..end];
        value = default;
        if (end < 0 || _rest[end] != '=')
        {
            _rest = _rest[key.Length..].TrimStart(" \t");
            return true;
        }

        ReadOnlySpan<char> before = _rest;
        _rest = _rest[(end + 1)..];
        bool isEmpty = _rest.IsEmpty || _rest[0] is ' ' or '\t';
        if (isEmpty)
        {
            _rest = _rest.TrimStart(" \t");
            return true;
        }

        if (TryRead(out value, out _))
        {
            return true;
        }

        _rest = before;
        return false;
    }
}
