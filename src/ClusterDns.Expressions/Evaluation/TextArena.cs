using ClusterDns.Expressions.Values;

namespace ClusterDns.Expressions.Evaluation;

/// <summary>
/// Buffers for the strings of one evaluation. The first is used again by each evaluation, so that one that makes few characters allocates
/// nothing; further ones are left to the collector, with the values that point into them.
/// </summary>
internal sealed class TextArena
{
    private const int FirstLength = 4096;

    private readonly char[] _first = new char[FirstLength];
    private char[] _current;
    private int _start;
    private int _total;

    /// <summary>An arena.</summary>
    public TextArena() => _current = _first;

    /// <summary>Gets room for a string.</summary>
    /// <param name="length">The most characters that it can have.</param>
    /// <param name="room">The room; it is valid until the next call.</param>
    /// <returns>False when all strings together would be too long.</returns>
    public bool TryReserve(int length, out Span<char> room)
    {
        if (length > ExpressionLimits.MaxTextLength - _total)
        {
            room = default;
            return false;
        }

        if (length > _current.Length - _start)
        {
            _current = new char[Math.Max(length, FirstLength)];
            _start = 0;
        }

        room = _current.AsSpan(_start, length);
        return true;
    }

    /// <summary>Makes a string of the room that was got last.</summary>
    /// <param name="length">How many characters it has.</param>
    public ExpressionValue Commit(int length)
    {
        ExpressionValue value = ExpressionValue.FromBuffer(_current, _start, length);
        _start += length;
        _total += length;
        return value;
    }

    /// <summary>Forgets all strings.</summary>
    public void Clear()
    {
        _current = _first;
        _start = 0;
        _total = 0;
    }
}
