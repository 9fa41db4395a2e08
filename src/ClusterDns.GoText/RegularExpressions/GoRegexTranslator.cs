using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace ClusterDns.GoText.RegularExpressions;

/// <summary>
/// Reads an expression as RE2 does and writes it as the runtime reads it. Nothing of the original is copied: flags, classes and
/// escapes are resolved here, so that no difference between the two syntaxes can slip through.
/// </summary>
internal sealed class GoRegexTranslator
{
    private const int MaxDepth = 1000;
    private const int MaxRepeat = 1000;

    private readonly GoRegexReader _reader;
    private readonly StringBuilder _pattern = new();
    private readonly List<string> _groupNames = [""];
    private Flags _flags;

    private GoRegexTranslator(string expression) => _reader = new GoRegexReader(expression);

    [Flags]
    private enum Flags
    {
        None = 0,
        FoldCase = 1,
        MultiLine = 2,
        DotMatchesLineFeed = 4,
        SwapGreed = 8,
    }

    /// <summary>Translates an expression.</summary>
    /// <param name="expression">The expression, in RE2's syntax.</param>
    /// <returns>The pattern, its groups numbered and without names, and the names by number; empty for a group without one.</returns>
    /// <exception cref="FormatException">It is not valid; the message says what is wrong and where.</exception>
    public static (string Pattern, IReadOnlyList<string> GroupNames) Translate(string expression)
    {
        GoRegexTranslator translator = new(expression);
        translator.TranslateAlternatives(0);
        return translator._reader.IsAtEnd
            ? (translator._pattern.ToString(), translator._groupNames)
            : throw translator._reader.Error("')' without its '('");
    }

    /// <returns>How often the innermost part may repeat, repetitions of repetitions multiplied.</returns>
    private int TranslateAlternatives(int depth)
    {
        if (depth > MaxDepth || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw _reader.Error(string.Create(CultureInfo.InvariantCulture, $"groups are nested more than {MaxDepth} deep"));
        }

        int repeats = 1;
        while (!_reader.IsAtEnd && _reader.Next != ')')
        {
            if (_reader.TrySkip("|"))
            {
                _pattern.Append('|');
            }
            else
            {
                repeats = Math.Max(repeats, TranslateRepeated(depth));
            }
        }

        return repeats;
    }

    private int TranslateRepeated(int depth)
    {
        int start = _pattern.Length;
        int repeats = TranslateAtom(depth, ref start, out bool isAtom);
        if (!GoRegexQuantifier.TryRead(_reader, out GoRegexQuantifier quantifier))
        {
            return repeats;
        }

        if (!isAtom)
        {
            throw _reader.Error($"'{quantifier}' with nothing before it to repeat");
        }

        if (quantifier.Least > MaxRepeat || quantifier.Most > MaxRepeat || (quantifier.Most >= 0 && quantifier.Most < quantifier.Least))
        {
            throw _reader.Error(string.Create(CultureInfo.InvariantCulture, $"invalid count '{quantifier}': expected increasing numbers up to {MaxRepeat}"));
        }

        if (quantifier.IsCounted)
        {
            repeats *= Math.Max(1, Math.Max(quantifier.Least, quantifier.Most));
        }

        if (repeats > MaxRepeat)
        {
            throw _reader.Error(string.Create(CultureInfo.InvariantCulture, $"nested repetitions exceed {MaxRepeat}"));
        }

        bool isLazy = _reader.TrySkip("?") ^ _flags.HasFlag(Flags.SwapGreed);
        _pattern.Insert(start, "(?:").Append(')').Append(quantifier.ToString()).Append(isLazy ? "?" : "");
        if (GoRegexQuantifier.TryRead(_reader, out GoRegexQuantifier second))
        {
            throw _reader.Error($"'{second}' directly after another repetition");
        }

        return repeats;
    }

    /// <param name="depth">How deep in groups this is.</param>
    /// <param name="start">Where what a quantifier repeats begins; moved on where that is less than all that is written.</param>
    /// <param name="isAtom">Whether there is something to repeat.</param>
    private int TranslateAtom(int depth, ref int start, out bool isAtom)
    {
        isAtom = true;
        if (GoRegexQuantifier.IsNext(_reader))
        {
            isAtom = false;
            return 1;
        }

        if (_reader.TrySkip(@"\Q"))
        {
            isAtom = TranslateQuoted(ref start);
            return 1;
        }

        if (_reader.TrySkip("("))
        {
            return TranslateGroup(depth, out isAtom);
        }

        int at = _reader.Position;
        switch (_reader.Read())
        {
            case '^':
                _pattern.Append(_flags.HasFlag(Flags.MultiLine) ? "(?m:^)" : @"\A");
                break;
            case '$':
                _pattern.Append(_flags.HasFlag(Flags.MultiLine) ? "(?m:$)" : @"\z");
                break;
            case '.':
                (_flags.HasFlag(Flags.DotMatchesLineFeed) ? CodePointSet.Of(0, CodePointSet.Last) : CodePointSet.Of('\n', '\n').Negate())
                    .AppendTo(_pattern);
                break;
            case '[':
                GoRegexClass.Read(_reader, at, _flags.HasFlag(Flags.FoldCase)).AppendTo(_pattern);
                break;
            case '\\':
                TranslateEscape(at);
                break;
            case int literal:
                AppendLiteral(literal);
                break;
        }

        return 1;
    }

    private void TranslateEscape(int at)
    {
        if (_reader.IsAtEnd)
        {
            throw _reader.Error("'\\' at the end");
        }

        switch (_reader.Next)
        {
            case 'A' or 'b' or 'B' or 'z':
                _pattern.Append('\\').Append((char)_reader.Read());
                break;
            default:
                if (GoRegexClass.TryReadEscapedClass(_reader, at, _flags.HasFlag(Flags.FoldCase)) is { } set)
                {
                    set.AppendTo(_pattern);
                }
                else
                {
                    AppendLiteral(_reader.ReadEscaped(at));
                }

                break;
        }
    }

    private bool TranslateQuoted(ref int start)
    {
        bool hasLiteral = false;
        while (!_reader.IsAtEnd && !_reader.TrySkip(@"\E"))
        {
            start = _pattern.Length;
            AppendLiteral(_reader.Read());
            hasLiteral = true;
        }

        return hasLiteral;
    }

    private int TranslateGroup(int depth, out bool isAtom)
    {
        int at = _reader.Position - 1;
        Flags outer = _flags;
        isAtom = true;
        if (_reader.TrySkip("?P<") || (!_reader.IsLookBehind && _reader.TrySkip("?<")))
        {
            _groupNames.Add(ReadName(at));
            _pattern.Append('(');
        }
        else if (_reader.TrySkip("?"))
        {
            if (!ReadFlags(at))
            {
                isAtom = false;
                return 1;
            }

            _pattern.Append("(?:");
        }
        else
        {
            _groupNames.Add("");
            _pattern.Append('(');
        }

        int repeats = TranslateAlternatives(depth + 1);
        if (!_reader.TrySkip(")"))
        {
            throw _reader.Error("'(' without its ')'", at);
        }

        _pattern.Append(')');
        _flags = outer;
        return repeats;
    }

    private string ReadName(int at)
    {
        StringBuilder name = new();
        while (!_reader.IsAtEnd && (char.IsAsciiLetterOrDigit((char)_reader.Next) || _reader.Next == '_') && _reader.Next < 0x80)
        {
            name.Append((char)_reader.Read());
        }

        if (name.Length == 0 || !_reader.TrySkip(">"))
        {
            throw _reader.Error("invalid group name: expected letters, digits and '_' between '<' and '>'", at);
        }

        string text = name.ToString();
        return _groupNames.Contains(text, StringComparer.Ordinal)
            ? throw _reader.Error($"duplicate group name '{text}'", at)
            : text;
    }

    /// <summary>Reads flags after <c>(?</c>; true when a group follows them, false when they apply to the end of their group.</summary>
    private bool ReadFlags(int at)
    {
        Flags flags = _flags;
        bool isNegative = false;
        bool isComplete = true;
        while (!_reader.IsAtEnd)
        {
            int letter = _reader.Read();
            Flags flag = letter switch
            {
                'i' => Flags.FoldCase,
                'm' => Flags.MultiLine,
                's' => Flags.DotMatchesLineFeed,
                'U' => Flags.SwapGreed,
                _ => Flags.None,
            };
            if (flag != Flags.None)
            {
                flags = isNegative ? flags & ~flag : flags | flag;
                isComplete = true;
            }
            else if (letter == '-' && !isNegative)
            {
                isNegative = true;
                isComplete = false;
            }
            else if (letter is ':' or ')' && isComplete)
            {
                _flags = flags;
                return letter == ':';
            }
            else
            {
                break;
            }
        }

        throw _reader.Error("unsupported group: RE2 has no lookaround, no conditions, and only the flags i, m, s and U", at);
    }

    private void AppendLiteral(int codePoint)
    {
        if (_flags.HasFlag(Flags.FoldCase))
        {
            CaseOrbits.Fold(CodePointSet.Of(codePoint, codePoint)).AppendTo(_pattern);
        }
        else if (codePoint < 0x80 && char.IsAsciiLetterOrDigit((char)codePoint))
        {
            _pattern.Append((char)codePoint);
        }
        else
        {
            CodePointSet.Of(codePoint, codePoint).AppendTo(_pattern);
        }
    }
}
