namespace ClusterDns.Plugins.Rewrite.Names;

/// <summary>Matches one name.</summary>
/// <param name="from">Its text.</param>
/// <param name="to">The text of the new name.</param>
internal sealed class ExactPattern(byte[] from, byte[] to) : NamePattern
{
    /// <summary>The text of the name.</summary>
    public ReadOnlyMemory<byte> From => from;

    /// <inheritdoc/>
    public override bool Matches(ref NameText name) => name.Bytes.SequenceEqual(from);

    /// <inheritdoc/>
    protected override int Replace(ref NameText name, scoped Span<byte> text)
    {
        TextBuffer target = new(text);
        target.Append(to);
        return target.Length;
    }
}

/// <summary>Matches names whose text begins with another, which is replaced.</summary>
/// <param name="from">The text.</param>
/// <param name="to">What replaces it.</param>
internal sealed class PrefixPattern(byte[] from, byte[] to) : NamePattern
{
    /// <inheritdoc/>
    public override bool Matches(ref NameText name) => name.Bytes.StartsWith(from) && !name.SplitsEscape(from.Length);

    /// <inheritdoc/>
    protected override int Replace(ref NameText name, scoped Span<byte> text)
    {
        TextBuffer target = new(text);
        target.Append(to);
        target.Append(name.Bytes[from.Length..]);
        return target.Length;
    }
}

/// <summary>Matches names whose text ends with another, which is replaced. It may begin within a label.</summary>
/// <param name="from">The text.</param>
/// <param name="to">What replaces it.</param>
internal sealed class SuffixPattern(byte[] from, byte[] to) : NamePattern
{
    /// <summary>The text.</summary>
    public ReadOnlyMemory<byte> From => from;

    /// <inheritdoc/>
    public override bool Matches(ref NameText name) => name.Bytes.EndsWith(from) && !name.SplitsEscape(name.Bytes.Length - from.Length);

    /// <inheritdoc/>
    protected override int Replace(ref NameText name, scoped Span<byte> text)
    {
        TextBuffer target = new(text);
        target.Append(name.Bytes[..^from.Length]);
        target.Append(to);
        return target.Length;
    }
}

/// <summary>Matches names whose text contains another, which is replaced wherever it is.</summary>
/// <param name="from">The text.</param>
/// <param name="to">What replaces it.</param>
internal sealed class SubstringPattern(byte[] from, byte[] to) : NamePattern
{
    /// <inheritdoc/>
    public override bool Matches(ref NameText name) => Find(ref name, 0) >= 0;

    /// <inheritdoc/>
    protected override int Replace(ref NameText name, scoped Span<byte> text)
    {
        TextBuffer target = new(text);
        int position = 0;
        for (int found = Find(ref name, 0); found >= 0; found = Find(ref name, position))
        {
            target.Append(name.Bytes[position..found]);
            target.Append(to);
            position = found + from.Length;
        }

        target.Append(name.Bytes[position..]);
        return target.Length;
    }

    private int Find(ref NameText name, int start)
    {
        while (true)
        {
            int found = name.Bytes[start..].IndexOf(from);
            if (found < 0)
            {
                return -1;
            }

            if (!name.SplitsEscape(start + found) && !name.SplitsEscape(start + found + from.Length))
            {
                return start + found;
            }

            start += found + 1;
        }
    }
}
