namespace ClusterDns.Core.Corefiles;

/// <summary>Lists of words in sentences.</summary>
internal static class WordList
{
    /// <summary>The words as alternatives: <c>a, b or c</c>.</summary>
    /// <param name="words">The words, at least one.</param>
    public static string Or(IReadOnlyList<string> words)
        => words.Count == 1 ? words[0] : $"{string.Join(", ", words.SkipLast(1))} or {words[^1]}";
}
