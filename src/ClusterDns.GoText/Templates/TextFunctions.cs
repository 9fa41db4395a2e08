using System.Text;

namespace ClusterDns.GoText.Templates;

/// <summary>Functions that make strings, and the one that reads numbers out of them.</summary>
internal static class TextFunctions
{
    /// <summary>The arguments as text, with a space between two that are not strings.</summary>
    public static bool Print(TemplateRun run, int position, ReadOnlySpan<Value> arguments, out Value value)
        => TryPrint(run, position, arguments) & Finish(run, position, out value);

    /// <summary>The arguments as text, with spaces between them and a line feed behind.</summary>
    public static bool PrintLine(TemplateRun run, int position, ReadOnlySpan<Value> arguments, out Value value)
    {
        run.Scratch.Clear();
        bool isDone = true;
        for (int i = 0; i < arguments.Length; i++)
        {
            run.Scratch.Append(i > 0 ? " " : "");
            isDone &= TryAppend(run, position, in arguments[i]);
        }

        run.Scratch.Append('\n');
        return Finish(run, position, out value) && isDone;
    }

    /// <summary>The arguments in the form that the first says.</summary>
    public static bool PrintFormatted(TemplateRun run, int position, ReadOnlySpan<Value> arguments, out Value value)
    {
        value = default;
        if (arguments[0].Kind != ValueKind.Text)
        {
            return run.Fail(position, $"printf's format is of type {arguments[0].TypeName}: expected a string");
        }

        run.Scratch.Clear();
        FormatPrinter printer = new(run.Scratch, arguments[0].Text, arguments[1..]);
        string? problem = printer.Print();
        return problem is null ? Finish(run, position, out value) : run.Fail(position, problem);
    }

    /// <summary>The arguments' text, safe in HTML.</summary>
    public static bool EscapeHtml(TemplateRun run, int position, ReadOnlySpan<Value> arguments, out Value value)
        => Escape(run, position, arguments, TextEscapes.AppendHtml, out value);

    /// <summary>The arguments' text, safe in a string of JavaScript.</summary>
    public static bool EscapeJavaScript(TemplateRun run, int position, ReadOnlySpan<Value> arguments, out Value value)
        => Escape(run, position, arguments, TextEscapes.AppendJavaScript, out value);

    /// <summary>The arguments' text, safe in the query of a URL.</summary>
    public static bool EscapeQuery(TemplateRun run, int position, ReadOnlySpan<Value> arguments, out Value value)
        => Escape(run, position, arguments, TextEscapes.AppendQuery, out value);

    /// <summary>Reads an integer without a sign: a string, its base (0 for what its prefix says), the bits it may have (0 for 64).</summary>
    public static bool ParseInt(TemplateRun run, int position, ReadOnlySpan<Value> arguments, out Value value)
    {
        value = default;
        if (arguments is not [{ Kind: ValueKind.Text }, { Kind: ValueKind.Integer }, { Kind: ValueKind.Integer }])
        {
            return run.Fail(position, $"parseInt has arguments of type {arguments[0].TypeName}, {arguments[1].TypeName} and {arguments[2].TypeName}: expected a string and two integers");
        }

        string text = arguments[0].Text;
        long radix = arguments[1].Integer;
        long bits = arguments[2].Integer;
        if (radix is < 0 or 1 or > 36 || bits is < 0 or > 64)
        {
            return run.Fail(position, "parseInt's base or number of bits is out of range: expected 0 or 2 to 36, and 0 to 64");
        }

        UInt128 limit = bits == 0 ? ulong.MaxValue : (UInt128.One << (int)bits) - 1;
        string digits = text;
        if (radix == 0)
        {
            (radix, digits) = text switch
            {
                ['0', 'x' or 'X', ..] => (16, text[2..]),
                ['0', 'b' or 'B', ..] => (2, text[2..]),
                ['0', 'o' or 'O', ..] => (8, text[2..]),
                ['0', _, ..] => (8, text[1..]),
                _ => (10, text),
            };
        }

        ParseUnsigned.Outcome outcome = ParseUnsigned.TryParse(digits, (int)radix, limit, out UInt128 number);
        value = Value.From((ulong)number);
        return outcome switch
        {
            ParseUnsigned.Outcome.Ok => true,
            ParseUnsigned.Outcome.Range => run.Fail(position, $"parseInt: '{text}' is larger than {limit}"),
            _ => run.Fail(position, $"parseInt: '{text}' is not a number in base {radix}"),
        };
    }

    private static bool Escape(
        TemplateRun run, int position, ReadOnlySpan<Value> arguments, Action<TextBuffer, Rune> append, out Value value)
    {
        value = default;
        if (!TryPrint(run, position, arguments) || !run.CheckLength(run.Scratch, position))
        {
            return false;
        }

        string text = run.Scratch.Written.ToString();
        run.Scratch.Clear();
        foreach (Rune rune in text.EnumerateRunes())
        {
            append(run.Scratch, rune);
        }

        return Finish(run, position, out value);
    }

    private static bool TryPrint(TemplateRun run, int position, ReadOnlySpan<Value> arguments)
    {
        run.Scratch.Clear();
        bool isDone = true;
        for (int i = 0; i < arguments.Length; i++)
        {
            bool isSpaced = i > 0 && arguments[i].Kind != ValueKind.Text && arguments[i - 1].Kind != ValueKind.Text;
            run.Scratch.Append(isSpaced ? " " : "");
            isDone &= TryAppend(run, position, in arguments[i]);
        }

        return isDone;
    }

    private static bool TryAppend(TemplateRun run, int position, in Value value)
        => ValueText.TryAppend(run.Scratch, in value) || run.Fail(position, $"values of type {value.TypeName} have no text form");

    private static bool Finish(TemplateRun run, int position, out Value value)
    {
        bool fits = run.CheckLength(run.Scratch, position);
        value = fits ? Value.From(run.Scratch.Written.ToString()) : default;
        return fits;
    }
}
