using System.Globalization;
using ClusterDns.Core.Corefiles;

namespace ClusterDns.GoText.Templates;

/// <summary>Reads pipelines and what they consist of, and knows the variables and the dot of the template that they are in.</summary>
internal sealed class PipelineParser
{
    private const int MaxDepth = 100;

    private readonly TemplateTokenReader _tokens;
    private readonly List<string> _variables = ["$"];
    private readonly Shape? _data;
    private int _depth;

    /// <summary>A reader for one template.</summary>
    /// <param name="tokens">The tokens.</param>
    /// <param name="data">The shape of its data; null where nothing is known of it.</param>
    public PipelineParser(TemplateTokenReader tokens, Shape? data)
    {
        _tokens = tokens;
        _data = data;
        Dot = data;
    }

    /// <summary>The shape of the dot; null where nothing is known of it.</summary>
    public Shape? Dot { get; set; }

    /// <summary>How many variables there are at once.</summary>
    public int SlotCount { get; private set; } = 1;

    /// <summary>Begins a scope of variables.</summary>
    /// <returns>What ends it.</returns>
    public int EnterScope() => _variables.Count;

    /// <summary>Ends a scope.</summary>
    /// <param name="scope">What its begin gave.</param>
    public void LeaveScope(int scope) => _variables.RemoveRange(scope, _variables.Count - scope);

    /// <summary>Reads a pipeline up to the end of its action.</summary>
    /// <param name="context">The keyword that it belongs to.</param>
    public Pipeline ParseAction(string context)
    {
        Pipeline pipeline = Parse(context);
        _tokens.ExpectClose();
        return pipeline;
    }

    private Pipeline Parse(string context)
    {
        TemplateToken first = _tokens.PeekPastSpace();
        if (++_depth > MaxDepth)
        {
            throw new TemplateSyntaxException(first.Position, string.Create(CultureInfo.InvariantCulture, $"parentheses are nested more than {MaxDepth} deep"));
        }

        Pipeline pipeline = new(first.Position);
        List<TemplateToken> variables = ReadVariables(context, out bool isAssignment);
        List<Command> commands = [];
        do
        {
            commands.Add(ParseCommand(context, commands.Count > 0));
            _tokens.SkipSpace();
        }
        while (TrySkip("|"));

        pipeline.SetCommands(commands);
        SetVariables(pipeline, variables, isAssignment);
        _depth--;
        return pipeline;
    }

    private List<TemplateToken> ReadVariables(string context, out bool isAssignment)
    {
        List<TemplateToken> variables = [];
        isAssignment = false;
        while (_tokens.PeekPastSpace().Kind == TemplateTokenKind.Variable)
        {
            int ahead = _tokens.Peek().Kind == TemplateTokenKind.Space ? 2 : 1;
            TemplateToken after = _tokens.PeekAt(ahead).Kind == TemplateTokenKind.Space ? _tokens.PeekAt(ahead + 1) : _tokens.PeekAt(ahead);
            bool isLast = after.Is(":=") || after.Is("=");
            if (!isLast && !after.Is(","))
            {
                if (variables.Count > 0)
                {
                    throw new TemplateSyntaxException(after.Position, $"unexpected {after} after the variables of '{context}': expected ':='");
                }

                break;
            }

            TemplateToken variable = _tokens.ReadPastSpace();
            variables.Add(variable);
            _tokens.ReadPastSpace();
            if (variables.Count > (context is "range" ? 2 : 1) || (!isLast && context is not "range"))
            {
                throw new TemplateSyntaxException(variable.Position, $"too many variables for '{context}'");
            }

            if (isLast)
            {
                isAssignment = after.Is("=");
                return variables;
            }
        }

        return variables.Count == 0
            ? variables
            : throw new TemplateSyntaxException(_tokens.PeekPastSpace().Position, $"unexpected {_tokens.PeekPastSpace()}: expected the second variable of 'range'");
    }

    /// <summary>Variables are known from behind their pipeline on, so that it may use another of the same name.</summary>
    private void SetVariables(Pipeline pipeline, List<TemplateToken> variables, bool isAssignment)
    {
        List<int> slots = [];
        foreach (TemplateToken variable in variables)
        {
            if (isAssignment)
            {
                slots.Add(FindVariable(variable));
            }
            else
            {
                slots.Add(_variables.Count);
                _variables.Add(variable.Text);
                SlotCount = Math.Max(SlotCount, _variables.Count);
            }
        }

        pipeline.SetVariables([.. variables.Select(static variable => variable.Text)], slots, isAssignment);
    }

    private Command ParseCommand(string context, bool hasFinal)
    {
        List<Expression> operands = [];
        while (true)
        {
            bool hasSpace = _tokens.SkipSpace();
            TemplateToken next = _tokens.Peek();
            if (next.Kind is TemplateTokenKind.Close or TemplateTokenKind.End || next.Is(")") || next.Is("|"))
            {
                break;
            }

            if (operands.Count > 0 && !hasSpace)
            {
                throw new TemplateSyntaxException(next.Position, $"unexpected {next} after '{operands[^1]}': expected a space");
            }

            operands.Add(ParseOperand());
        }

        return operands.Count == 0
            ? throw new TemplateSyntaxException(_tokens.Peek().Position, $"missing value for '{context}'")
            : CreateCommand(operands, hasFinal);
    }

    private static Command CreateCommand(List<Expression> operands, bool hasFinal)
    {
        Expression first = operands[0];
        int arguments = operands.Count - 1 + (hasFinal ? 1 : 0);
        if (operands.Skip(1).FirstOrDefault(static operand => operand.Shape is MethodShape) is { } method)
        {
            throw new TemplateSyntaxException(method.Position, $"'{method}' takes one argument, a string: put both in parentheses");
        }

        if (operands.Skip(1).OfType<FunctionExpression>().FirstOrDefault(static operand => operand.Function.Least > 0) is { } bare)
        {
            throw new TemplateSyntaxException(bare.Position, DescribeCount(bare.Function, 0) + "; put the function and its arguments in parentheses");
        }

        switch (first)
        {
            case FunctionExpression { Function: var function }:
                if (arguments < function.Least || arguments > function.Most)
                {
                    throw new TemplateSyntaxException(first.Position, DescribeCount(function, arguments));
                }

                return function.Name is "and" or "or" ? new LogicCommand(function.Name is "and", operands) : new FunctionCommand(function, operands);
            case FieldExpression field:
                bool isMethod = field.Shape is MethodShape;
                if (isMethod ? arguments != 1 : arguments > 0 && field.Shape is not null)
                {
                    throw new TemplateSyntaxException(
                        first.Position, isMethod ? $"'{field}' takes one argument, a string" : $"'{field}' is not a function and takes no arguments");
                }

                return new FieldCommand(field, operands);
            case ConstantExpression { IsNil: true }:
                throw new TemplateSyntaxException(first.Position, "'nil' cannot be used as a command");
            default:
                return arguments == 0
                    ? new OperandCommand(first)
                    : throw new TemplateSyntaxException(first.Position, $"'{first}' is not a function and takes no arguments");
        }
    }

    private static string DescribeCount(TemplateFunction function, int arguments)
    {
        string expected = function.Most == int.MaxValue
            ? $"at least {function.Least}"
            : function.Least == function.Most ? $"{function.Least}" : $"{function.Least} to {function.Most}";
        return string.Create(CultureInfo.InvariantCulture, $"wrong number of arguments for '{function.Name}': got {arguments}, expected {expected}");
    }

    private Expression ParseOperand()
    {
        TemplateToken token = _tokens.Read();
        Expression term = ParseTerm(token);
        if (_tokens.Peek().Kind != TemplateTokenKind.Field)
        {
            return term is FunctionExpression or ConstantExpression or DotExpression or VariableExpression or ParenthesizedExpression or FieldExpression
                ? term
                : throw new TemplateSyntaxException(token.Position, $"unexpected {token}");
        }

        if (term is ConstantExpression or DotExpression or FunctionExpression)
        {
            throw new TemplateSyntaxException(_tokens.Peek().Position, $"unexpected {_tokens.Peek()} after '{term}', which has no fields");
        }

        return ParseFields(term, token.Position);
    }

    private Expression ParseTerm(TemplateToken token)
    {
        switch (token.Kind)
        {
            case TemplateTokenKind.Variable:
                int slot = FindVariable(token);
                return new VariableExpression(token.Text, slot, slot == 0 ? _data : null, token.Position);
            case TemplateTokenKind.Field:
                return ParseFields(new DotExpression(Dot, token.Position), token.Position, token);
            case TemplateTokenKind.Number:
                return GoConstant.TryParseNumber(token.Text, out Value number, out string problem)
                    ? new ConstantExpression(number, token.Text, token.Position)
                    : throw new TemplateSyntaxException(token.Position, problem);
            case TemplateTokenKind.String:
                return GoConstant.TryUnquote(token.Text, out string text)
                    ? new ConstantExpression(Value.From(text), token.Text, token.Position)
                    : throw new TemplateSyntaxException(token.Position, $"unknown escape in {token.Text}");
            case TemplateTokenKind.Sign when token.Is("."):
                return new DotExpression(Dot, token.Position);
            case TemplateTokenKind.Sign when token.Is("("):
                Pipeline inner = Parse("parentheses");
                TemplateToken close = _tokens.ReadPastSpace();
                return close.Is(")")
                    ? new ParenthesizedExpression(inner, token.Position)
                    : throw new TemplateSyntaxException(token.Position, "'(' without its ')'");
            case TemplateTokenKind.Word:
                return ParseWord(token);
            default:
                throw new TemplateSyntaxException(token.Position, $"unexpected {token}: expected a value");
        }
    }

    private static Expression ParseWord(TemplateToken token)
    {
        switch (token.Text)
        {
            case "true" or "false":
                return new ConstantExpression(Value.From(token.Is("true")), token.Text, token.Position);
            case "nil":
                return new ConstantExpression(default, token.Text, token.Position);
            case "call":
                throw new TemplateSyntaxException(token.Position, "'call' is not supported: there are no functions to call");
        }

        if (TemplateFunction.All.TryGetValue(token.Text, out TemplateFunction? function))
        {
            return new FunctionExpression(function, token.Position);
        }

        string[] known = [.. TemplateFunction.All.Keys.Order(StringComparer.Ordinal)];
        string hint = NearMiss.Find(token.Text, known) is { } meant ? $"; did you mean '{meant}'?" : "";
        throw new TemplateSyntaxException(token.Position, $"unknown function '{token.Text}'{hint}");
    }

    private FieldExpression ParseFields(Expression start, int position, TemplateToken? first = null)
    {
        List<string> names = [];
        Shape? shape = start.Shape;
        if (first is { } field)
        {
            names.Add(field.Text);
            shape = Resolve(shape, field);
        }

        while (_tokens.Peek().Kind == TemplateTokenKind.Field)
        {
            TemplateToken next = _tokens.Read();
            names.Add(next.Text);
            shape = Resolve(shape, next);
        }

        return new FieldExpression(start, names, shape, position);
    }

    /// <summary>The shape of a field, where that of its owner is known.</summary>
    private static Shape? Resolve(Shape? owner, TemplateToken field)
    {
        if (owner is null or MethodShape)
        {
            return null;
        }

        if (owner.HasAnyKey)
        {
            return owner.Element;
        }

        if (owner.Fields is null)
        {
            throw new TemplateSyntaxException(field.Position, $"values of type {owner.TypeName} have no field {field.Text}");
        }

        if (owner.Methods.Contains(field.Text, StringComparer.Ordinal))
        {
            return MethodShape.Instance;
        }

        if (owner.Fields.TryGetValue(field.Text, out Shape? shape))
        {
            return shape;
        }

        string[] known = [.. owner.Fields.Keys.Concat(owner.Methods).Order(StringComparer.Ordinal)];
        string hint = NearMiss.Find(field.Text, known) is { } meant ? $"; did you mean '.{meant}'?" : "";
        throw new TemplateSyntaxException(
            field.Position, $"unknown field '.{field.Text}': expected one of {string.Join(", ", known.Select(static name => "." + name))}{hint}");
    }

    private int FindVariable(TemplateToken variable)
    {
        int slot = _variables.LastIndexOf(variable.Text);
        return slot >= 0 ? slot : throw new TemplateSyntaxException(variable.Position, $"undefined variable '{variable.Text}'");
    }

    private bool TrySkip(string sign)
    {
        bool isNext = _tokens.Peek().Is(sign);
        if (isNext)
        {
            _tokens.Read();
        }

        return isNext;
    }
}
