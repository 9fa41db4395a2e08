namespace ClusterDns.GoText.Templates;

/// <summary>What is wrong with a template's text; never seen outside <see cref="GoTemplate"/>.</summary>
/// <param name="position">Where, counted in characters from 0.</param>
/// <param name="problem">What is wrong, and after a comma what was expected.</param>
internal sealed class TemplateSyntaxException(int position, string problem) : Exception(problem)
{
    /// <summary>Where, counted in characters from 0.</summary>
    public int Position { get; } = position;
}
