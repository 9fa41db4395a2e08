namespace ClusterDns.Expressions.Parsing;

/// <summary>Reads expressions: variables, conditions, and operators by how strongly they bind.</summary>
internal sealed class ExpressionParser
{
    private readonly TokenReader _tokens;
    private readonly TermParser _terms;

    private ExpressionParser(TokenReader tokens)
    {
        _tokens = tokens;
        _terms = new TermParser(tokens, this);
    }

    /// <summary>Reads an expression.</summary>
    /// <exception cref="ExpressionException">It is none, or too long.</exception>
    public static Syntax Parse(string text)
    {
        if (text.Length > ExpressionLimits.MaxLength)
        {
            throw new ExpressionException(0, $"expression of {text.Length} characters: at most 100,000 are accepted");
        }

        TokenReader tokens = new(Lexer.Read(text));
        ExpressionParser parser = new(tokens);
        Syntax syntax = parser.ParseSequence();
        return tokens.Current.Kind == TokenKind.End ? syntax : throw tokens.Unexpected("an operator or the end of the expression");
    }

    /// <summary>Reads expressions between semicolons.</summary>
    public Syntax ParseSequence()
    {
        List<Syntax> items = [Parse(0)];
        while (_tokens.TrySkip(";") && _tokens.Current.Kind != TokenKind.End)
        {
            items.Add(Parse(0));
        }

        return items.Count == 1 ? items[0] : _tokens.Count(new SequenceSyntax(items, items[0].Offset));
    }

    /// <summary>Reads an expression whose operators bind at least so strongly.</summary>
    /// <param name="precedence">How strongly; 0 for any expression.</param>
    public Syntax Parse(int precedence)
    {
        _tokens.Enter();
        Syntax syntax = precedence > 0 ? ParseBinary(precedence)
            : _tokens.Current.Is("let") ? ParseLet()
            : _tokens.Current.Is("if") ? ParseIf()
            : ParseConditional(ParseBinary(0));
        _tokens.Leave();
        return syntax;
    }

    private LetSyntax ParseLet()
    {
        _tokens.Expect("let");
        Token name = _tokens.ExpectName("the name of a variable");
        _tokens.Expect("=");
        Syntax value = Parse(0);
        _tokens.Expect(";");
        return _tokens.Count(new LetSyntax(name.Text, value, ParseSequence(), name.Offset));
    }

    private ConditionalSyntax ParseIf()
    {
        int offset = _tokens.Read().Offset;
        Syntax condition = Parse(0);
        Syntax whenTrue = ParseBlock();
        _tokens.Expect("else");
        Syntax whenFalse = _tokens.Current.Is("if") ? Parse(0) : ParseBlock();
        return _tokens.Count(new ConditionalSyntax(condition, whenTrue, whenFalse, offset));
    }

    private Syntax ParseBlock()
    {
        _tokens.Expect("{");
        Syntax body = ParseSequence();
        _tokens.Expect("}");
        return body;
    }

    private Syntax ParseConditional(Syntax condition)
    {
        while (_tokens.Current.Is("?"))
        {
            int offset = _tokens.Read().Offset;
            if (_tokens.TrySkip(":"))
            {
                condition = _tokens.Count(new ConditionalSyntax(condition, condition, Parse(0), offset));
                continue;
            }

            Syntax whenTrue = Parse(0);
            _tokens.Expect(":");
            condition = _tokens.Count(new ConditionalSyntax(condition, whenTrue, Parse(0), offset));
        }

        return condition;
    }

    private Syntax ParseBinary(int precedence)
    {
        Syntax left = _terms.Parse();
        string previous = "";
        while (_tokens.Current.Kind == TokenKind.Operator)
        {
            bool isNegated = _tokens.Current.Is("not");
            Token sign = isNegated ? _tokens.Following : _tokens.Current;
            if (isNegated && !Operators.CanBeNegated(sign.Text))
            {
                _tokens.Read();
                throw _tokens.Unexpected("'in', 'matches', 'contains', 'startsWith' or 'endsWith' after 'not'");
            }

            if (!Operators.TryGetBinary(sign, out int strength) || strength < precedence)
            {
                break;
            }

            if (isNegated)
            {
                _tokens.Read();
            }

            _tokens.Read();
            left = ParseOperation(left, sign, strength, previous);
            left = isNegated ? _tokens.Count(new UnarySyntax("not", left, sign.Offset)) : left;
            previous = sign.Text;
        }

        return left;
    }

    private Syntax ParseOperation(Syntax left, Token sign, int strength, string previous)
    {
        if (sign.Text is Operators.Pipe)
        {
            return _terms.ParseCall(_tokens.ExpectName("a function after '|'"), left, isBuiltin: false);
        }

        if (previous is "??" && sign.Text is not "??")
        {
            throw new ExpressionException(sign.Offset, $"'??' mixed with '{sign.Text}': put one of them in parentheses");
        }

        if (Operators.IsOrder(sign.Text))
        {
            return ParseOrder(left, sign, strength);
        }

        Syntax right = Parse(Operators.IsRightAssociative(sign.Text) ? strength : strength + 1);
        return _tokens.Count(new BinarySyntax(sign.Text, left, right, sign.Offset));
    }

    /// <summary>Reads <c>A &lt; B &lt; C</c>, which is <c>A &lt; B &amp;&amp; B &lt; C</c>.</summary>
    private BinarySyntax ParseOrder(Syntax left, Token sign, int strength)
    {
        BinarySyntax? all = null;
        while (true)
        {
            Syntax right = Parse(strength + 1);
            BinarySyntax one = _tokens.Count(new BinarySyntax(sign.Text, left, right, sign.Offset));
            all = all is null ? one : _tokens.Count(new BinarySyntax("&&", all, one, sign.Offset));
            sign = _tokens.Current;
            if (sign.Kind != TokenKind.Operator || !Operators.IsOrder(sign.Text))
            {
                return all;
            }

            left = right;
            _tokens.Read();
        }
    }
}
