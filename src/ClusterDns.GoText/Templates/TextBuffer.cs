namespace ClusterDns.GoText.Templates;

/// <summary>Text that grows up to a bound; what goes beyond is left out, and reported.</summary>
internal sealed class TextBuffer
{
    /// <summary>The most characters: a record's text is far shorter.</summary>
    public const int MaxLength = 64 * 1024;

    private char[] _characters = new char[512];

    /// <summary>How many characters there are.</summary>
    public int Length { get; private set; }

    /// <summary>Whether more was to be added than there is room for.</summary>
    public bool IsExceeded { get; private set; }

    /// <summary>The text.</summary>
    public ReadOnlySpan<char> Written => _characters.AsSpan(0, Length);

    /// <summary>Adds text.</summary>
    /// <param name="text">The text.</param>
    public void Append(scoped ReadOnlySpan<char> text)
    {
        if (IsExceeded || text.Length > MaxLength - Length)
        {
            IsExceeded = true;
            return;
        }

        if (text.Length > _characters.Length - Length)
        {
            Array.Resize(ref _characters, Math.Max(Length + text.Length, _characters.Length * 2));
        }

        text.CopyTo(_characters.AsSpan(Length));
        Length += text.Length;
    }

    /// <summary>Adds a character.</summary>
    /// <param name="character">The character.</param>
    public void Append(char character) => Append([character]);

    /// <summary>Adds a character some times.</summary>
    /// <param name="character">The character.</param>
    /// <param name="count">How often; nothing where it is negative.</param>
    public void Append(char character, int count)
    {
        for (int i = 0; i < count && !IsExceeded; i++)
        {
            Append(character);
        }
    }

    /// <summary>Adds a number.</summary>
    /// <typeparam name="T">The number's type.</typeparam>
    /// <param name="number">The number.</param>
    /// <param name="format">Its format.</param>
    public void Append<T>(T number, string? format = null)
        where T : ISpanFormattable
    {
        Span<char> text = stackalloc char[128];
        if (number.TryFormat(text, out int written, format, System.Globalization.CultureInfo.InvariantCulture))
        {
            Append(text[..written]);
        }
        else
        {
            Append(number.ToString(format, System.Globalization.CultureInfo.InvariantCulture).AsSpan());
        }
    }

    /// <summary>Takes back what was added from a length on.</summary>
    /// <param name="length">What stays.</param>
    public void Truncate(int length) => Length = length;

    /// <summary>Takes everything back.</summary>
    public void Clear()
    {
        Length = 0;
        IsExceeded = false;
    }
}
