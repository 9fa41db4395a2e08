using System.Text.RegularExpressions;

namespace ClusterDns.Core.Corefiles;

/// <summary>Recognizes a whole ConfigMap where a Corefile is expected, since each of its lines would be an error of its own.</summary>
internal static partial class PastedManifest
{
    /// <summary>The line, from 1 on, by which a text is known as a manifest; null for a Corefile.</summary>
    /// <param name="text">The text.</param>
    public static int? Find(string text)
    {
        int number = 0;
        foreach (ReadOnlySpan<char> line in text.AsSpan().EnumerateLines())
        {
            number++;
            ReadOnlySpan<char> content = line.Trim();
            if (content.Length > 0 && content[0] != '#' && !content.SequenceEqual("---"))
            {
                return ManifestLine().IsMatch(content) ? number : null;
            }
        }

        return null;
    }

    [GeneratedRegex("^(apiVersion: *[^ ]+|kind: *[\"']?ConfigMap[\"']?|metadata:|data:|Corefile: *[|>].*)$", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex ManifestLine();
}
