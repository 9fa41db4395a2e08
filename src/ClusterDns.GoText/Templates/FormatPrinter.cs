using System.Globalization;
using System.Text;

namespace ClusterDns.GoText.Templates;

/// <summary>
/// Go's <c>printf</c>: flags, width, precision and a verb for each argument. What does not fit together is written as Go writes it, such as
/// <c>%!d(string=x)</c>. Numbers of arguments in brackets are not known.
/// </summary>
/// <param name="output">Where to.</param>
/// <param name="format">The format.</param>
/// <param name="arguments">The arguments.</param>
internal ref struct FormatPrinter(TextBuffer output, string format, ReadOnlySpan<Value> arguments)
{
    private readonly ReadOnlySpan<Value> _arguments = arguments;
    private int _position;
    private int _used;

    /// <summary>Writes everything.</summary>
    /// <returns>What went wrong; null when nothing did.</returns>
    public string? Print()
    {
        while (_position < format.Length)
        {
            int percent = format.IndexOf('%', _position);
            int end = percent < 0 ? format.Length : percent;
            output.Append(format.AsSpan(_position, end - _position));
            _position = end + 1;
            if (percent >= 0 && PrintVerb() is { } problem)
            {
                return problem;
            }
        }

        PrintExtra();
        return null;
    }

    private string? PrintVerb()
    {
        FormatSpec spec = new() { Precision = -1 };
        ReadFlags(ref spec);
        if (!TryReadNumber(out int width) || width > TextBuffer.MaxLength || width < -TextBuffer.MaxLength)
        {
            return "printf: the width is not a number, or too large";
        }

        spec.IsLeft |= width < 0;
        spec.Width = Math.Abs(width);
        if (_position < format.Length && format[_position] == '.')
        {
            _position++;
            if (!TryReadNumber(out int precision) || precision > TextBuffer.MaxLength)
            {
                return "printf: the precision is not a number, or too large";
            }

            spec.Precision = Math.Max(-1, precision);
        }

        if (_position >= format.Length)
        {
            output.Append("%!(NOVERB)");
            return null;
        }

        Rune.DecodeFromUtf16(format.AsSpan(_position), out Rune verb, out int length);
        _position += length;
        spec.Verb = verb;
        if (verb.Value == '[')
        {
            return "printf: numbered arguments such as %[1]d are not supported";
        }

        if (verb.Value == '%')
        {
            output.Append('%');
        }
        else if (_used >= _arguments.Length)
        {
            output.Append("%!");
            TextEscapes.Append(output, verb);
            output.Append("(MISSING)");
        }
        else
        {
            Value argument = _arguments[_used++];
            return FormattedValue.TryAppend(output, in spec, in argument) ? null : $"values of type {argument.TypeName} have no text form";
        }

        return null;
    }

    private void ReadFlags(ref FormatSpec spec)
    {
        for (; _position < format.Length; _position++)
        {
            switch (format[_position])
            {
                case '-':
                    spec.IsLeft = true;
                    break;
                case '+':
                    spec.HasSign = true;
                    break;
                case '#':
                    spec.IsAlternate = true;
                    break;
                case ' ':
                    spec.HasSpace = true;
                    break;
                case '0':
                    spec.HasZeros = true;
                    break;
                default:
                    return;
            }
        }
    }

    /// <summary>Reads digits, or an asterisk that stands for an argument; 0 where there is neither.</summary>
    private bool TryReadNumber(out int number)
    {
        number = 0;
        if (_position < format.Length && format[_position] == '*')
        {
            _position++;
            if (_used >= _arguments.Length || _arguments[_used].Kind != ValueKind.Integer)
            {
                return false;
            }

            number = (int)Math.Clamp(_arguments[_used++].Integer, int.MinValue / 2, int.MaxValue / 2);
            return true;
        }

        int start = _position;
        while (_position < format.Length && char.IsAsciiDigit(format[_position]))
        {
            _position++;
        }

        return _position == start || int.TryParse(format.AsSpan(start, _position - start), NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }

    private void PrintExtra()
    {
        if (_used >= _arguments.Length)
        {
            return;
        }

        output.Append("%!(EXTRA ");
        for (int i = _used; i < _arguments.Length; i++)
        {
            Value argument = _arguments[i];
            output.Append(i > _used ? ", " : "");
            output.Append(argument.TypeName);
            if (argument.Kind != ValueKind.Nil)
            {
                output.Append('=');
                ValueText.TryAppend(output, in argument);
            }
        }

        output.Append(')');
    }
}

/// <summary>How one argument is to be written.</summary>
internal struct FormatSpec
{
    /// <summary>The verb.</summary>
    public Rune Verb;

    /// <summary>The least number of characters.</summary>
    public int Width;

    /// <summary>Digits of a number, characters of a string; -1 where nothing is said.</summary>
    public int Precision;

    /// <summary><c>-</c>: blanks go behind.</summary>
    public bool IsLeft;

    /// <summary><c>+</c>: numbers have a sign always; quotes hold ASCII only.</summary>
    public bool HasSign;

    /// <summary><c>#</c>: with a prefix that shows the base, or with back quotes.</summary>
    public bool IsAlternate;

    /// <summary>A blank where a sign would be, or between bytes.</summary>
    public bool HasSpace;

    /// <summary><c>0</c>: numbers are filled up with zeros.</summary>
    public bool HasZeros;
}
