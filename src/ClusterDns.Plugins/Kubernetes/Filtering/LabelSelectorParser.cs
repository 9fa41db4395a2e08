namespace ClusterDns.Plugins.Kubernetes.Filtering;

/// <summary>
/// Reads a label selector: requirements with commas between them, each <c>NAME</c>, <c>!NAME</c>, <c>NAME=VALUE</c>,
/// <c>NAME==VALUE</c>, <c>NAME!=VALUE</c>, <c>NAME in (VALUE, …)</c> or <c>NAME notin (VALUE, …)</c>.
/// </summary>
internal sealed class LabelSelectorParser
{
    private const string Operators = "=, ==, !=, in, notin or a comma";
    private const string Separators = "=!(),<>";

    private readonly string _text;
    private int _position;

    private LabelSelectorParser(string text) => _text = text;

    /// <summary>What is wrong, and what was expected; null where nothing is.</summary>
    private string? Problem { get; set; }

    private bool AtEnd => _position == _text.Length;

    /// <summary>Reads a selector.</summary>
    /// <param name="text">The text; an empty one selects everything.</param>
    /// <param name="selector">The selector.</param>
    /// <param name="problem">What is wrong, and what was expected.</param>
    /// <param name="offset">Where in the text it is wrong; the text's length where it ends too early.</param>
    public static bool TryParse(string text, out LabelSelector selector, out string problem, out int offset)
    {
        LabelSelectorParser parser = new(text);
        selector = parser.Parse();
        problem = parser.Problem ?? "";
        offset = parser._position;
        return parser.Problem is null;
    }

    private LabelSelector Parse()
    {
        List<LabelRequirement> requirements = [];
        SkipSpaces();
        for (bool goesOn = !AtEnd; goesOn;)
        {
            if (ReadRequirement() is { } requirement)
            {
                requirements.Add(requirement);
            }

            SkipSpaces();
            goesOn = Problem is null && !AtEnd;
            if (goesOn && !TryTake(","))
            {
                goesOn = false;
                Fail($"unexpected {Found()} after a requirement: expected a comma or the end");
            }
        }

        return new LabelSelector(requirements);
    }

    private LabelRequirement? ReadRequirement()
    {
        SkipSpaces();
        bool isAbsent = TryTake("!");
        SkipSpaces();
        string label = PeekWord();
        if (!LabelText.IsName(label))
        {
            return Fail(
                label.Length == 0 ? $"unexpected {Found()}: expected a label name, for example tier or example.com/tier"
                    : $"invalid label name '{label}': expected for example tier or example.com/tier");
        }

        _position += label.Length;
        SkipSpaces();
        if (isAbsent)
        {
            return new LabelRequirement(label, LabelOperator.DoesNotExist, []);
        }

        if (AtEnd || _text[_position] == ',')
        {
            return new LabelRequirement(label, LabelOperator.Exists, []);
        }

        return ReadComparison(label);
    }

    private LabelRequirement? ReadComparison(string label)
    {
        if (TryTake("!="))
        {
            return ReadValue() is { } value ? new LabelRequirement(label, LabelOperator.NotIn, [value]) : null;
        }

        if (TryTake("==") || TryTake("="))
        {
            return ReadValue() is { } value ? new LabelRequirement(label, LabelOperator.In, [value]) : null;
        }

        string word = PeekWord();
        if (word is not ("in" or "notin"))
        {
            return Fail($"unexpected {Found()} after the label name {label}: expected {Operators}");
        }

        _position += word.Length;
        return ReadValues() is { } values ? new LabelRequirement(label, word is "in" ? LabelOperator.In : LabelOperator.NotIn, values) : null;
    }

    /// <summary>The values in parentheses; null when they are wrong.</summary>
    private List<string>? ReadValues()
    {
        SkipSpaces();
        if (!TryTake("("))
        {
            Fail($"unexpected {Found()}: expected values in parentheses");
            return null;
        }

        SkipSpaces();
        if (!AtEnd && _text[_position] == ')')
        {
            Fail("no values in the parentheses: expected at least one");
            return null;
        }

        List<string> values = [];
        while (ReadValue() is { } value)
        {
            values.Add(value);
            SkipSpaces();
            if (TryTake(")"))
            {
                return values;
            }

            if (!TryTake(","))
            {
                Fail($"unexpected {Found()} in the list of values: expected a comma or a closing parenthesis");
                return null;
            }
        }

        return null;
    }

    /// <summary>A value, which may be empty; null when it is wrong.</summary>
    private string? ReadValue()
    {
        SkipSpaces();
        string value = PeekWord();
        if (!LabelText.IsValue(value))
        {
            Fail($"invalid label value '{value}': expected up to 63 letters, digits, '-', '_' and '.', with a letter or digit first and last");
            return null;
        }

        _position += value.Length;
        return value;
    }

    private string PeekWord()
    {
        int end = _position;
        while (end < _text.Length && !char.IsWhiteSpace(_text[end]) && !Separators.Contains(_text[end], StringComparison.Ordinal))
        {
            end++;
        }

        return _text[_position..end];
    }

    private bool TryTake(string mark)
    {
        bool isThere = string.CompareOrdinal(_text, _position, mark, 0, mark.Length) == 0;
        _position += isThere ? mark.Length : 0;
        return isThere;
    }

    private void SkipSpaces()
    {
        while (!AtEnd && char.IsWhiteSpace(_text[_position]))
        {
            _position++;
        }
    }

    /// <summary>What is here, for a message.</summary>
    private string Found()
    {
        string word = PeekWord();
        return AtEnd ? "end" : $"'{(word.Length > 0 ? word : _text[_position].ToString())}'";
    }

    private LabelRequirement? Fail(string problem)
    {
        Problem = problem;
        return null;
    }
}
