namespace ClusterDns.Core.Records;

/// <summary>Finds the first line of a master file that holds a record, and takes comments and parentheses out of it (RFC 1035 5.1).</summary>
internal static class RecordLine
{
    /// <summary>Writes the first such line.</summary>
    /// <param name="text">The text.</param>
    /// <param name="line">Receives the line; no shorter than the text.</param>
    /// <param name="length">The characters written; 0 when the text holds no record.</param>
    /// <param name="error">When false is returned, what is wrong.</param>
    public static bool TryFlatten(ReadOnlySpan<char> text, Span<char> line, out int length, out string? error)
    {
        length = 0;
        error = null;
        int depth = 0;
        bool isQuoted = false;
        int i = 0;
        while (i < text.Length)
        {
            char next = text[i++];
            if (next == '\\' && i < text.Length)
            {
                line[length++] = next;
                line[length++] = text[i++];
                continue;
            }

            if (next == '"')
            {
                isQuoted = !isQuoted;
            }
            else if (!isQuoted)
            {
                if (next == ';')
                {
                    int lineEnd = text[i..].IndexOf('\n');
                    i = lineEnd < 0 ? text.Length : i + lineEnd;
                    continue;
                }

                if (next == '\n' && depth == 0)
                {
                    if (line[..length].ContainsAnyExcept(' ', '\t'))
                    {
                        return true;
                    }

                    length = 0;
                    continue;
                }

                depth += next switch
                {
                    '(' => 1,
                    ')' => -1,
                    _ => 0,
                };
                if (depth < 0)
                {
                    error = "')' without its '('";
                    return false;
                }

                next = next is '(' or ')' or '\r' or '\n' ? ' ' : next;
            }

            line[length++] = next;
        }

        error = depth > 0 ? "'(' without its ')'" : null;
        return error is null;
    }
}
