using System.Globalization;

namespace ClusterDns.GoText.Templates;

/// <summary>Reads the statements of a template: text, pipelines, branches, loops, and templates within it.</summary>
internal sealed class TemplateParser
{
    private const int MaxDepth = 100;

    private readonly TemplateTokenReader _tokens;
    private readonly Dictionary<string, TemplateDefinition> _definitions = new(StringComparer.Ordinal);
    private readonly List<(TemplateStatement Statement, string Name, int Position)> _uses = [];
    private PipelineParser _pipelines;
    private int _depth;
    private int _loops;

    private TemplateParser(string text, Shape data)
    {
        _tokens = new TemplateTokenReader(TemplateLexer.Tokenize(text));
        _pipelines = new PipelineParser(_tokens, data);
    }

    /// <summary>Reads a template.</summary>
    /// <param name="name">What <c>template</c> calls the whole.</param>
    /// <param name="text">The template.</param>
    /// <param name="data">The shape of its dot.</param>
    /// <exception cref="TemplateSyntaxException">It is none.</exception>
    public static TemplateDefinition Parse(string name, string text, Shape data)
    {
        TemplateParser parser = new(text, data);
        StatementList body = parser.ParseList(out TemplateToken end);
        if (end.Kind != TemplateTokenKind.End)
        {
            throw new TemplateSyntaxException(end.Position, $"unexpected '{end.Text}'");
        }

        TemplateDefinition main = new(body, parser._pipelines.SlotCount);
        parser._definitions.TryAdd(name, main);
        foreach ((TemplateStatement statement, string used, int position) in parser._uses)
        {
            statement.Target = parser._definitions.GetValueOrDefault(used) ??
                throw new TemplateSyntaxException(position, $"undefined template '{used}': expected {string.Join(", ", parser._definitions.Keys.Order(StringComparer.Ordinal))}");
        }

        return main;
    }

    /// <summary>Reads statements up to <c>end</c>, <c>else</c> or the end of the text.</summary>
    /// <param name="end">What ended them; its braces are open still.</param>
    private StatementList ParseList(out TemplateToken end)
    {
        if (++_depth > MaxDepth)
        {
            throw new TemplateSyntaxException(
                _tokens.Peek().Position, string.Create(CultureInfo.InvariantCulture, $"actions are nested more than {MaxDepth} deep"));
        }

        List<Statement> statements = [];
        while (true)
        {
            TemplateToken token = _tokens.Read();
            if (token.Kind == TemplateTokenKind.End)
            {
                end = token;
                break;
            }

            if (token.Kind == TemplateTokenKind.Text)
            {
                statements.Add(new TextStatement(token.Text, token.Position));
                continue;
            }

            TemplateToken word = _tokens.PeekPastSpace();
            if (word.Is("end") || word.Is("else"))
            {
                end = _tokens.ReadPastSpace();
                break;
            }

            if (ParseAction(word) is { } statement)
            {
                statements.Add(statement);
            }
        }

        _depth--;
        return new StatementList(statements);
    }

    private Statement? ParseAction(TemplateToken word)
    {
        string keyword = word.Kind == TemplateTokenKind.Word ? word.Text : "";
        if (keyword is "if" or "with" or "range" or "define" or "block" or "template" or "break" or "continue")
        {
            _tokens.ReadPastSpace();
        }

        switch (keyword)
        {
            case "if" or "with" or "range":
                return ParseBranch(keyword);
            case "define":
                ParseDefinition(word);
                return null;
            case "block":
                return ParseBlock(word);
            case "template":
                return ParseUse(word);
            case "break" or "continue":
                if (_loops == 0)
                {
                    throw new TemplateSyntaxException(word.Position, $"'{keyword}' outside of range");
                }

                _tokens.ExpectClose();
                return new JumpStatement(keyword is "break" ? Flow.Break : Flow.Continue);
            default:
                return new PipelineStatement(_pipelines.ParseAction("command"));
        }
    }

    private BranchStatement ParseBranch(string keyword)
    {
        int scope = _pipelines.EnterScope();
        Shape? outerDot = _pipelines.Dot;
        Pipeline pipeline = _pipelines.ParseAction(keyword);
        _pipelines.Dot = keyword switch
        {
            "with" => pipeline.Shape,
            "range" => pipeline.Shape?.Element,
            _ => outerDot,
        };
        _loops += keyword is "range" ? 1 : 0;
        int inner = _pipelines.EnterScope();
        StatementList body = ParseList(out TemplateToken end);
        _pipelines.LeaveScope(inner);
        _loops -= keyword is "range" ? 1 : 0;
        _pipelines.Dot = outerDot;
        StatementList? otherwise = end.Is("else") ? ParseElse(keyword, end) : null;
        if (otherwise is null)
        {
            ExpectEnd(end, keyword);
        }

        _pipelines.LeaveScope(scope);
        return keyword switch
        {
            "if" => new IfStatement(pipeline, body, otherwise),
            "with" => new WithStatement(pipeline, body, otherwise),
            _ => new RangeStatement(pipeline, body, otherwise),
        };
    }

    private StatementList ParseElse(string keyword, TemplateToken start)
    {
        TemplateToken next = _tokens.PeekPastSpace();
        bool isChained = keyword is not "range" && next.Is(keyword);
        if (isChained)
        {
            _tokens.ReadPastSpace();
            if (++_depth > MaxDepth)
            {
                throw new TemplateSyntaxException(next.Position, string.Create(CultureInfo.InvariantCulture, $"more than {MaxDepth} branches in a row"));
            }

            StatementList chained = new([ParseBranch(keyword)]);
            _depth--;
            return chained;
        }

        _tokens.ExpectClose();
        StatementList otherwise = ParseList(out TemplateToken end);
        ExpectEnd(end, start.Text);
        return otherwise;
    }

    private void ParseDefinition(TemplateToken word)
    {
        if (_depth > 1)
        {
            throw new TemplateSyntaxException(word.Position, "'define' inside another action: expected it at the top level");
        }

        (string name, _, int position) = ReadName("define");
        _tokens.ExpectClose();
        Define(name, position, "define");
    }

    private TemplateStatement ParseBlock(TemplateToken word)
    {
        (string name, string quoted, int position) = ReadName("block");
        Pipeline argument = _pipelines.ParseAction("block");
        Define(name, position, "block");
        return Use(name, quoted, argument, word.Position);
    }

    private TemplateStatement ParseUse(TemplateToken word)
    {
        (string name, string quoted, _) = ReadName("template");
        Pipeline? argument = null;
        if (_tokens.PeekPastSpace().Kind == TemplateTokenKind.Close)
        {
            _tokens.ExpectClose();
        }
        else
        {
            argument = _pipelines.ParseAction("template");
        }

        return Use(name, quoted, argument, word.Position);
    }

    private TemplateStatement Use(string name, string quoted, Pipeline? argument, int position)
    {
        TemplateStatement statement = new(quoted, argument, position);
        _uses.Add((statement, name, position));
        return statement;
    }

    /// <summary>Reads the body of a template within this one, which knows nothing of the variables around it.</summary>
    private void Define(string name, int position, string keyword)
    {
        PipelineParser outerPipelines = _pipelines;
        int outerLoops = _loops;
        _pipelines = new PipelineParser(_tokens, null);
        _loops = 0;
        StatementList body = ParseList(out TemplateToken end);
        ExpectEnd(end, keyword);
        TemplateDefinition definition = new(body, _pipelines.SlotCount);
        _pipelines = outerPipelines;
        _loops = outerLoops;
        if (!_definitions.TryAdd(name, definition))
        {
            throw new TemplateSyntaxException(position, $"duplicate template '{name}'");
        }
    }

    private (string Name, string Quoted, int Position) ReadName(string keyword)
    {
        TemplateToken token = _tokens.ReadPastSpace();
        return token.Kind == TemplateTokenKind.String && GoConstant.TryUnquote(token.Text, out string name)
            ? (name, token.Text, token.Position)
            : throw new TemplateSyntaxException(token.Position, $"unexpected {token} after '{keyword}': expected a name in quotes");
    }

    private void ExpectEnd(TemplateToken token, string keyword)
    {
        if (!token.Is("end"))
        {
            throw new TemplateSyntaxException(token.Position, $"unexpected {token} in '{keyword}': expected 'end'");
        }

        _tokens.ExpectClose();
    }
}
