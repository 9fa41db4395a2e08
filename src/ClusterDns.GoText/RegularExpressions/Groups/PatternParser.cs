namespace ClusterDns.GoText.RegularExpressions.Groups;

/// <summary>Reads an expression in RE2's syntax that <see cref="GoRegex"/> has accepted, so that its groups can be found.</summary>
internal sealed class PatternParser
{
    private readonly GoRegexReader _reader;
    private Flags _flags;
    private int _groups;

    private PatternParser(string expression) => _reader = new GoRegexReader(expression);

    [Flags]
    private enum Flags
    {
        None = 0,
        FoldCase = 1,
        MultiLine = 2,
        DotMatchesLineFeed = 4,
        SwapGreed = 8,
    }

    /// <summary>Reads an expression.</summary>
    /// <param name="expression">The expression.</param>
    /// <returns>The expression, and how many groups it has.</returns>
    public static (PatternNode Root, int Groups) Parse(string expression)
    {
        PatternParser parser = new(expression);
        PatternNode root = parser.ParseChoice();
        return (root, parser._groups);
    }

    private PatternNode ParseChoice()
    {
        List<PatternNode> choices = [];
        List<PatternNode> parts = [];
        while (!_reader.IsAtEnd && _reader.Next != ')')
        {
            if (_reader.TrySkip("|"))
            {
                choices.Add(Join(parts));
                parts = [];
            }
            else
            {
                ParseRepeated(parts);
            }
        }

        choices.Add(Join(parts));
        return choices.Count == 1 ? choices[0] : new PatternNode.Choice(choices);
    }

    private static PatternNode Join(List<PatternNode> parts) => parts.Count switch
    {
        0 => new PatternNode.Empty(),
        1 => parts[0],
        _ => new PatternNode.Sequence(parts),
    };

    /// <summary>A repetition is for the last part that is read: of a quoted text, its last character.</summary>
    private void ParseRepeated(List<PatternNode> parts)
    {
        ParseAtom(parts);
        if (!GoRegexQuantifier.TryRead(_reader, out GoRegexQuantifier quantifier))
        {
            return;
        }

        bool isLazy = _reader.TrySkip("?") ^ _flags.HasFlag(Flags.SwapGreed);
        parts[^1] = new PatternNode.Repetition(parts[^1], quantifier.Least, quantifier.Most, isLazy);
    }

    private void ParseAtom(List<PatternNode> parts)
    {
        if (_reader.TrySkip(@"\Q"))
        {
            while (!_reader.IsAtEnd && !_reader.TrySkip(@"\E"))
            {
                parts.Add(Literal(_reader.Read()));
            }

            return;
        }

        if (_reader.TrySkip("("))
        {
            ParseGroup(parts);
            return;
        }

        int at = _reader.Position;
        bool hasLines = _flags.HasFlag(Flags.MultiLine);
        parts.Add(_reader.Read() switch
        {
            '^' => new PatternNode.Assertion(hasLines ? PatternAssertion.LineStart : PatternAssertion.TextStart),
            '$' => new PatternNode.Assertion(hasLines ? PatternAssertion.LineEnd : PatternAssertion.TextEnd),
            '.' => OneOf(_flags.HasFlag(Flags.DotMatchesLineFeed) ? CodePointSet.Of(0, CodePointSet.Last) : CodePointSet.Of('\n', '\n').Negate()),
            '[' => OneOf(GoRegexClass.Read(_reader, at, _flags.HasFlag(Flags.FoldCase))),
            '\\' => ParseEscape(at),
            int literal => Literal(literal),
        });
    }

    private PatternNode ParseEscape(int at)
    {
        PatternAssertion? assertion = _reader.Next switch
        {
            'A' => PatternAssertion.TextStart,
            'z' => PatternAssertion.TextEnd,
            'b' => PatternAssertion.WordBoundary,
            'B' => PatternAssertion.NoWordBoundary,
            _ => null,
        };
        if (assertion is { } kind)
        {
            _reader.Read();
            return new PatternNode.Assertion(kind);
        }

        return GoRegexClass.TryReadEscapedClass(_reader, at, _flags.HasFlag(Flags.FoldCase)) is { } set
            ? OneOf(set)
            : Literal(_reader.ReadEscaped(at));
    }

    private void ParseGroup(List<PatternNode> parts)
    {
        Flags outer = _flags;
        int number = 0;
        if (_reader.TrySkip("?P<") || _reader.TrySkip("?<"))
        {
            _ = _reader.TryReadUntil(">");
            number = ++_groups;
        }
        else if (_reader.TrySkip("?"))
        {
            if (!ParseFlags())
            {
                return;
            }
        }
        else
        {
            number = ++_groups;
        }

        PatternNode part = ParseChoice();
        _reader.Read();
        _flags = outer;
        parts.Add(number > 0 ? new PatternNode.Group(number, part) : part);
    }

    /// <summary>Reads flags after <c>(?</c>; true when a group follows them, false when they apply up to the end of the group around them.</summary>
    private bool ParseFlags()
    {
        bool isNegative = false;
        while (true)
        {
            int letter = _reader.Read();
            switch (letter)
            {
                case '-':
                    isNegative = true;
                    break;
                case ':' or ')':
                    return letter == ':';
                default:
                    Flags flag = letter switch
                    {
                        'i' => Flags.FoldCase,
                        'm' => Flags.MultiLine,
                        's' => Flags.DotMatchesLineFeed,
                        _ => Flags.SwapGreed,
                    };
                    _flags = isNegative ? _flags & ~flag : _flags | flag;
                    break;
            }
        }
    }

    private PatternNode.OneOf Literal(int codePoint)
    {
        CodePointSet set = CodePointSet.Of(codePoint, codePoint);
        return OneOf(_flags.HasFlag(Flags.FoldCase) ? CaseOrbits.Fold(set) : set);
    }

    private static PatternNode.OneOf OneOf(CodePointSet set) => new(AsciiSet.Of(set));
}
