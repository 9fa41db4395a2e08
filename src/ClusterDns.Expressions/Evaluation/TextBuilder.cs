using System.Globalization;

namespace ClusterDns.Expressions.Evaluation;

/// <summary>Text that grows up to a bound; what exceeds it is left out, and noted.</summary>
internal sealed class TextBuilder
{
    private const int FirstLength = 256;

    private char[] _characters = new char[FirstLength];
    private int _length;

    /// <summary>Whether there was more than there is room for.</summary>
    public bool IsExceeded { get; private set; }

    /// <summary>The text.</summary>
    public ReadOnlySpan<char> Written => _characters.AsSpan(0, _length);

    /// <summary>Adds text.</summary>
    public void Append(scoped ReadOnlySpan<char> text)
    {
        if (IsExceeded || text.Length > ExpressionLimits.MaxTextLength - _length)
        {
            IsExceeded = true;
            return;
        }

        if (text.Length > _characters.Length - _length)
        {
            Array.Resize(ref _characters, Math.Max(_length + text.Length, _characters.Length * 2));
        }

        text.CopyTo(_characters.AsSpan(_length));
        _length += text.Length;
    }

    /// <summary>Adds a character.</summary>
    public void Append(char character) => Append([character]);

    /// <summary>Adds a number.</summary>
    /// <param name="number">The number.</param>
    /// <param name="format">The format; null for decimal digits.</param>
    public void Append(long number, string? format = null)
    {
        Span<char> text = stackalloc char[32];
        number.TryFormat(text, out int written, format, CultureInfo.InvariantCulture);
        Append(text[..written]);
    }

    /// <summary>Removes everything; what was long is left to the collector.</summary>
    public TextBuilder Clear()
    {
        _characters = _characters.Length > 4096 ? new char[FirstLength] : _characters;
        _length = 0;
        IsExceeded = false;
        return this;
    }
}
