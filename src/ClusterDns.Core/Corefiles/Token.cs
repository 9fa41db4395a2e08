namespace ClusterDns.Core.Corefiles;

/// <summary>A word of a Corefile, with the environment already filled in and the quotes taken off.</summary>
/// <param name="Text">What the word says; empty for <c>""</c> and for a variable without a value.</param>
/// <param name="Place">The position of its first character; for a quoted word, of the opening quote.</param>
/// <param name="Quoted">Whether it was quoted, so that a brace or <c>import</c> is an ordinary word.</param>
public sealed record Token(string Text, SourcePlace Place, bool Quoted = false)
{
    /// <summary>The text.</summary>
    public override string ToString() => Text;
}
