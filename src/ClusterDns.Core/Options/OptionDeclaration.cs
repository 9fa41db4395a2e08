namespace ClusterDns.Core.Options;

/// <summary>Whether an option has an effect.</summary>
public enum OptionSupport
{
    /// <summary>It has an effect.</summary>
    Full,

    /// <summary>It is accepted with a warning, and has no effect.</summary>
    Ignored,

    /// <summary>It is an error that says why.</summary>
    Rejected,
}

/// <summary>What a directive, or one of its options, looks like in a Corefile. Tools show it; nothing is read with it.</summary>
/// <param name="Name">The first word of the line.</param>
/// <param name="Arguments">The other words of the line, in order.</param>
/// <param name="Options">The lines that the block in braces may have; empty where there is no block.</param>
public sealed record OptionDeclaration(
    string Name, IReadOnlyList<ArgumentDeclaration> Arguments, IReadOnlyList<OptionDeclaration> Options)
{
    /// <summary>Whether the option has an effect.</summary>
    public OptionSupport Support { get; init; }

    /// <summary>The line as documentation writes it, such as <c>cache [TTL] [ZONES...]</c>.</summary>
    public string Syntax => string.Join(' ', Arguments.Select(static argument => argument.Syntax).Prepend(Name));
}

/// <summary>One argument of a line.</summary>
/// <param name="Placeholder">Its name in documentation, such as <c>DURATION</c>, or the words that it can be: <c>on|off</c>; in brackets where it has a form of its own.</param>
/// <param name="Least">How often it must be given: 0 for an optional argument.</param>
/// <param name="Most">How often it can be given; <see cref="int.MaxValue"/> for any number.</param>
/// <param name="Accepted">What it accepts, such as <c>512 to 4096</c>; empty for any word.</param>
/// <param name="Default">What counts where it is absent, as the Corefile writes it; null where that cannot be written.</param>
/// <param name="Words">The words that it can be; empty for other values.</param>
public sealed record ArgumentDeclaration(
    string Placeholder, int Least, int Most, string Accepted, string? Default, IReadOnlyList<string> Words)
{
    /// <summary>The argument as documentation writes it, such as <c>[TTL]</c> or <c>ADDRESS...</c>.</summary>
    public string Syntax
    {
        get
        {
            if (Placeholder.StartsWith('['))
            {
                return Placeholder;
            }

            string many = Most > 1 ? $"{Placeholder}..." : Placeholder;
            return Least == 0 ? $"[{many}]" : many;
        }
    }
}
