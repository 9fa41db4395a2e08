using System.Security.Cryptography;

namespace ClusterDns.Core.Corefiles;

/// <summary>Finds what imports name: snippets, files and patterns of files. Every file is read once, and counted once.</summary>
internal sealed class ImportResolver(ICorefileSource source, EnvironmentExpander environment, DiagnosticBag diagnostics) : IDisposable
{
    private readonly Dictionary<string, IReadOnlyList<LexedToken>> _snippets = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyList<LexedToken>> _files = new(StringComparer.Ordinal);
    private readonly List<string> _names = [];
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA512);
    private int _bytes;

    /// <summary>The files that were read, in order.</summary>
    public IReadOnlyList<string> Files => _names;

    /// <summary>The SHA-512 of everything that was read, as lower-case hexadecimal digits.</summary>
    public string ContentHash => Convert.ToHexStringLower(_hash.GetCurrentHash());

    /// <summary>Cuts a file into tokens.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="content">Its bytes.</param>
    public IReadOnlyList<LexedToken> Tokenize(string name, ReadOnlyMemory<byte> content)
    {
        _names.Add(name);
        _hash.AppendData(content.Span);
        _bytes += content.Length;
        if (_bytes > CorefileLimits.Bytes)
        {
            diagnostics.Error(
                new SourcePlace(name, 1, 1),
                $"the Corefile is too long: at most {CorefileLimits.Bytes} bytes with all imports");
            return _files[name] = [];
        }

        string text = SourceText.Decode(name, content.Span, diagnostics);
        if (PastedManifest.Find(text) is { } line)
        {
            diagnostics.Error(
                new SourcePlace(name, line, 1),
                "this is a Kubernetes manifest, not a Corefile: keep only the text below 'Corefile: |', or apply the file with kubectl");
            return _files[name] = [];
        }

        return _files[name] = Lexer.Tokenize(name, text, environment, diagnostics);
    }

    /// <summary>Keeps a snippet for later imports.</summary>
    /// <param name="name">The snippet's name in parentheses, with its position.</param>
    /// <param name="tokens">What is between its braces.</param>
    public void AddSnippet(Token name, IReadOnlyList<LexedToken> tokens)
    {
        string bare = name.Text[1..^1];
        if (!_snippets.TryAdd(bare, tokens))
        {
            diagnostics.Error(name.Place, $"duplicate snippet '{bare}': expected one definition");
        }
    }

    /// <summary>The content of an import.</summary>
    /// <param name="argument">The import's argument.</param>
    /// <returns>Names, for messages, with their tokens; none when it is wrong or matches nothing.</returns>
    public IReadOnlyList<(string Name, IReadOnlyList<LexedToken> Tokens)> Resolve(Token argument)
    {
        if (_snippets.TryGetValue(argument.Text, out IReadOnlyList<LexedToken>? snippet))
        {
            return [($"({argument.Text})", snippet)];
        }

        if (argument.Text.Length == 0)
        {
            diagnostics.Error(argument.Place, "import has an empty argument: expected a file, a pattern or a snippet");
            return [];
        }

        string path = CorefilePath.Resolve(argument.Place.File, argument.Text);
        if (!GlobPattern.IsPattern(path))
        {
            return TryRead(path, argument, out IReadOnlyList<LexedToken> tokens) ? [(path, tokens)] : [];
        }

        if (path.Count(static character => character == '*') > 1 || path.Count(static character => character == '?') > 1)
        {
            diagnostics.Error(argument.Place, $"pattern '{argument.Text}' has several wildcards: expected at most one *");
            return [];
        }

        IReadOnlyList<string> matches = source.Glob(path);
        if (matches.Count == 0)
        {
            diagnostics.Warning(argument.Place, $"no file matches '{argument.Text}'");
        }

        List<(string, IReadOnlyList<LexedToken>)> found = [];
        foreach (string match in matches)
        {
            if (TryRead(match, argument, out IReadOnlyList<LexedToken> tokens))
            {
                found.Add((match, tokens));
            }
        }

        return found;
    }

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();

    private bool TryRead(string path, Token argument, out IReadOnlyList<LexedToken> tokens)
    {
        if (_files.TryGetValue(path, out tokens!))
        {
            return true;
        }

        if (!source.TryRead(path, CorefileLimits.Bytes + 1, out ReadOnlyMemory<byte> content, out string problem))
        {
            diagnostics.Error(
                argument.Place,
                $"cannot import '{argument.Text}': {problem}; expected a file or a snippet",
                NearMiss.Find(argument.Text, _snippets.Keys));
            tokens = [];
            return false;
        }

        tokens = Tokenize(path, content);
        return true;
    }
}
