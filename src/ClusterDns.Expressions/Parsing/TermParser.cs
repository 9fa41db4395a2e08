using System.Globalization;
using System.Numerics;
using ClusterDns.Expressions.Functions;

namespace ClusterDns.Expressions.Parsing;

/// <summary>Reads operands: constants, names, calls, lists, maps, and the members of all these.</summary>
/// <param name="tokens">The tokens.</param>
/// <param name="expressions">What reads the expressions within.</param>
internal sealed class TermParser(TokenReader tokens, ExpressionParser expressions)
{
    private const string Term = "a value";

    private int _predicates;

    /// <summary>Reads a term.</summary>
    public Syntax Parse()
    {
        Token token = tokens.Current;
        if (Operators.TryGetUnary(token, out int precedence))
        {
            tokens.Read();
            return tokens.Count(new UnarySyntax(token.Text, expressions.Parse(precedence), token.Offset));
        }

        if (tokens.TrySkip("("))
        {
            Syntax inner = expressions.ParseSequence();
            tokens.Expect(")");
            return ParseMembers(inner);
        }

        if (tokens.TrySkip("::"))
        {
            return ParseMembers(ParseCall(tokens.ExpectName("a function after '::'"), null, isBuiltin: true));
        }

        if (token.Kind == TokenKind.Operator && (token.Text[0] == '#' || token.Text is "."))
        {
            return ParseMembers(ParsePointer(token));
        }

        switch (token.Kind)
        {
            case TokenKind.Number:
                tokens.Read();
                return tokens.Count(ParseNumber(token));
            case TokenKind.Text:
                tokens.Read();
                return ParseMembers(tokens.Count(new TextSyntax(token.Text, token.Offset)));
            case TokenKind.Bytes:
                tokens.Read();
                return ParseMembers(tokens.Count(new BytesSyntax(token.Bytes, token.Offset)));
            case TokenKind.Name:
                return ParseName(tokens.Read());
            default:
                return token.Is("[") ? ParseMembers(ParseList())
                    : token.Is("{") ? ParseMembers(ParseMap())
                    : throw tokens.Unexpected(Term);
        }
    }

    /// <summary>Reads the arguments of a call.</summary>
    /// <param name="name">The function.</param>
    /// <param name="first">The first argument, where it is before a <c>|</c>; otherwise null.</param>
    /// <param name="isBuiltin">Whether it can only be a function of the language.</param>
    public CallSyntax ParseCall(Token name, Syntax? first, bool isBuiltin)
    {
        List<Syntax> arguments = first is null ? [] : [first];
        tokens.Expect("(");
        while (!tokens.Current.Is(")"))
        {
            if (arguments.Count > (first is null ? 0 : 1))
            {
                tokens.Expect(",");
                if (tokens.Current.Is(")"))
                {
                    break;
                }
            }

            bool isPredicate = arguments.Count == 1 && Builtins.Loops.Contains(name.Text);
            arguments.Add(isPredicate ? ParsePredicate() : expressions.Parse(0));
        }

        tokens.Expect(")");
        return tokens.Count(new CallSyntax(name.Text, arguments, isBuiltin, name.Offset));
    }

    private PredicateSyntax ParsePredicate()
    {
        int offset = tokens.Current.Offset;
        bool hasBraces = tokens.TrySkip("{");
        _predicates++;
        Syntax body = hasBraces ? expressions.ParseSequence() : expressions.Parse(0);
        _predicates--;
        if (hasBraces)
        {
            tokens.Expect("}");
        }
        else if (tokens.Current.Is(";"))
        {
            throw tokens.Unexpected("a predicate of several parts in braces");
        }

        return tokens.Count(new PredicateSyntax(body, offset));
    }

    private PointerSyntax ParsePointer(Token token)
    {
        if (_predicates == 0)
        {
            throw new ExpressionException(
                token.Offset, $"unexpected '{token.Text}': '#' and fields that begin with a dot are accepted within predicates, such as that of filter");
        }

        // A dot is '#.': the dot itself is read as the member's.
        if (token.Text is not ".")
        {
            tokens.Read();
        }

        return tokens.Count(new PointerSyntax(token.Text is "." ? "" : token.Text[1..], token.Offset));
    }

    private Syntax ParseName(Token token)
    {
        switch (token.Text)
        {
            case "true" or "false":
                return tokens.Count(new BooleanSyntax(token.Text is "true", token.Offset));
            case "nil":
                return tokens.Count(new NilSyntax(token.Offset));
            default:
                return ParseMembers(tokens.Current.Is("(")
                    ? ParseCall(token, null, isBuiltin: false)
                    : tokens.Count(new NameSyntax(token.Text, token.Offset)));
        }
    }

    private static Syntax ParseNumber(Token token)
    {
        string digits = token.Text.Replace("_", "", StringComparison.Ordinal);
        bool isHexadecimal = digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        if (!isHexadecimal && digits.AsSpan().ContainsAny(".eE"))
        {
            return double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number)
                ? new FloatSyntax(number, token.Offset)
                : throw Invalid(token);
        }

        int radix = isHexadecimal ? 16
            : digits.StartsWith("0b", StringComparison.OrdinalIgnoreCase) ? 2
            : digits.StartsWith("0o", StringComparison.OrdinalIgnoreCase) ? 8
            : 10;
        ReadOnlySpan<char> rest = radix == 10 ? digits : digits.AsSpan(2);
        BigInteger value = 0;
        foreach (char digit in rest)
        {
            value = (value * radix) + (char.IsAsciiDigit(digit) ? digit - '0' : (digit | 0x20) - 'a' + 10);
            if (value > long.MaxValue || !char.IsAsciiHexDigit(digit))
            {
                throw Invalid(token);
            }
        }

        return rest.IsEmpty ? throw Invalid(token) : new IntegerSyntax((long)value, token.Offset);

        static ExpressionException Invalid(Token token)
            => new(token.Offset, $"invalid number '{token.Text}': integers up to 9223372036854775807 and floats up to 1.7e308 are accepted");
    }

    private ListSyntax ParseList()
    {
        int offset = tokens.Read().Offset;
        List<Syntax> items = [];
        while (!tokens.Current.Is("]"))
        {
            if (items.Count > 0)
            {
                tokens.Expect(",");
                if (tokens.Current.Is("]"))
                {
                    break;
                }
            }

            items.Add(expressions.Parse(0));
        }

        tokens.Expect("]");
        return tokens.Count(new ListSyntax(items, offset));
    }

    private MapSyntax ParseMap()
    {
        int offset = tokens.Read().Offset;
        List<(Syntax Key, Syntax Value)> entries = [];
        while (!tokens.Current.Is("}"))
        {
            if (entries.Count > 0)
            {
                tokens.Expect(",");
                if (tokens.Current.Is("}"))
                {
                    break;
                }
            }

            Token key = tokens.Current;
            Syntax keySyntax = key.Kind is TokenKind.Number or TokenKind.Text or TokenKind.Name ? tokens.Count(new TextSyntax(tokens.Read().Text, key.Offset))
                : key.Is("(") ? expressions.Parse(0)
                : throw tokens.Unexpected("a map's key: a string, a number, a name, or an expression in parentheses");
            tokens.Expect(":");
            entries.Add((keySyntax, expressions.Parse(0)));
        }

        tokens.Expect("}");
        return tokens.Count(new MapSyntax(entries, offset));
    }

    private Syntax ParseMembers(Syntax target)
    {
        bool isChain = false;
        while (true)
        {
            Token token = tokens.Current;
            bool isOptional = token.Is("?.");
            if (isOptional || token.Is("."))
            {
                tokens.Read();
                isChain |= isOptional;
                target = isOptional && tokens.Current.Is("[") ? ParseIndex(target, isOptional: true) : ParseMember(target, isOptional);
            }
            else if (token.Is("["))
            {
                // An index ends the chain before it, so that it is a failure where that is nil.
                target = ParseIndex(isChain ? tokens.Count(new ChainSyntax(target, target.Offset)) : target, isOptional: false);
                isChain = false;
            }
            else
            {
                return isChain ? tokens.Count(new ChainSyntax(target, target.Offset)) : target;
            }
        }
    }

    private Syntax ParseMember(Syntax target, bool isOptional)
    {
        Token name = tokens.Current;
        if (name.Kind != TokenKind.Name && !(name.Kind == TokenKind.Operator && char.IsLetter(name.Text[0])))
        {
            throw tokens.Unexpected("the name of a field or method after the dot");
        }

        tokens.Read();
        if (!tokens.Current.Is("("))
        {
            return tokens.Count(new MemberSyntax(target, new TextSyntax(name.Text, name.Offset), isOptional, name.Offset));
        }

        // Without the name: methods have no predicates.
        CallSyntax call = ParseCall(name with { Text = "" }, null, isBuiltin: false);
        return tokens.Count(new MethodSyntax(target, name.Text, call.Arguments, isOptional, name.Offset));
    }

    private Syntax ParseIndex(Syntax target, bool isOptional)
    {
        int offset = tokens.Read().Offset;
        Syntax? from = tokens.Current.Is(":") ? null : expressions.Parse(0);
        Syntax result;
        if (tokens.TrySkip(":"))
        {
            Syntax? to = tokens.Current.Is("]") ? null : expressions.Parse(0);
            result = new SliceSyntax(target, from, to, offset);
        }
        else
        {
            result = new MemberSyntax(target, from!, isOptional, offset);
        }

        tokens.Expect("]");
        return tokens.Count(result);
    }
}
