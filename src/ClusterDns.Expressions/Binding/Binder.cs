using ClusterDns.Expressions.Evaluation;
using ClusterDns.Expressions.Functions;
using ClusterDns.Expressions.Parsing;
using ClusterDns.Expressions.Values;

namespace ClusterDns.Expressions.Binding;

/// <summary>
/// Makes what is evaluated of what is written: names get their places, types are checked, and what is constant is evaluated.
/// </summary>
/// <param name="host">The functions and variables of the host.</param>
/// <param name="clock">What constant time zones are found by.</param>
internal sealed class Binder(IReadOnlyDictionary<string, HostFunction> host, TimeProvider clock)
{
    /// <summary>The name of the map of all that the host has.</summary>
    public const string EnvironmentName = "$env";

    private readonly List<ExpressionError> _warnings = [];
    private int _depth;

    /// <summary>The functions and variables of the host.</summary>
    public IReadOnlyDictionary<string, HostFunction> Host => host;

    /// <summary>The variables.</summary>
    public Scope Scope { get; } = new();

    /// <summary>What is accepted, and never has a value.</summary>
    public IReadOnlyList<ExpressionError> Warnings => _warnings;

    /// <summary>Adds a warning.</summary>
    public void Warn(int offset, string message) => _warnings.Add(new ExpressionError(offset, message));

    /// <summary>Binds a part of an expression.</summary>
    /// <exception cref="ExpressionException">Something is wrong with it.</exception>
    public Node Bind(Syntax syntax)
    {
        if (++_depth > ExpressionLimits.MaxDepth)
        {
            throw new ExpressionException(syntax.Offset, "expression too deep: at most 100 operators, calls and members within one another are accepted");
        }

        Node node = BindAny(syntax);
        _depth--;
        return node;
    }

    /// <summary>Binds some parts.</summary>
    public Node[] Bind(IReadOnlyList<Syntax> items) => [.. items.Select(Bind)];

    /// <summary>Evaluates a node now, where its operands are constant; where that fails, the evaluation will.</summary>
    public Node Fold(Node node, params ReadOnlySpan<Node?> operands)
    {
        foreach (Node? operand in operands)
        {
            if (operand is not (null or ConstantNode))
            {
                return node;
            }
        }

        EvaluationRun run = EvaluationRun.Begin(null, clock, 0);
        Node result = node.TryEvaluate(run, out ExpressionValue value) ? new ConstantNode(value.Detach(), node.Type, node.Offset) : node;
        run.End(0);
        return result;
    }

    private Node BindAny(Syntax syntax) => syntax switch
    {
        NilSyntax => new ConstantNode(default, ExpressionType.Nil, syntax.Offset),
        BooleanSyntax boolean => new ConstantNode(ExpressionValue.From(boolean.Value), ExpressionType.Boolean, syntax.Offset),
        IntegerSyntax integer => new ConstantNode(ExpressionValue.From(integer.Value), ExpressionType.Integer, syntax.Offset),
        FloatSyntax number => new ConstantNode(ExpressionValue.From(number.Value), ExpressionType.Float, syntax.Offset),
        TextSyntax text => new ConstantNode(ExpressionValue.From(text.Value), ExpressionType.Text, syntax.Offset),
        BytesSyntax bytes => new ConstantNode(
            ExpressionValue.From(ValueList.Of([.. bytes.Value.Select(static value => ExpressionValue.From((long)value))])),
            ExpressionType.ListOf(ExpressionType.Integer),
            syntax.Offset),
        NameSyntax name => BindName(name.Name, name.Offset),
        PointerSyntax pointer => Scope.FindPointer(pointer.Name, pointer.Offset),
        UnarySyntax unary => BindUnary(unary),
        BinarySyntax binary => new OperatorBinder(this).Bind(binary),
        ConditionalSyntax conditional => BindConditional(conditional),
        CallSyntax call => new CallBinder(this).Bind(call),
        PredicateSyntax predicate => Bind(predicate.Body),
        MemberSyntax member => new MemberBinder(this).Bind(member),
        MethodSyntax method => new MemberBinder(this).Bind(method),
        ChainSyntax chain => new ChainNode(Bind(chain.Inner), chain.Offset),
        SliceSyntax slice => new MemberBinder(this).Bind(slice),
        ListSyntax list => BindList(list),
        MapSyntax map => BindMap(map),
        LetSyntax let => BindLet(let),
        SequenceSyntax sequence => new SequenceNode(Bind(sequence.Items), sequence.Offset),
        _ => throw new InvalidOperationException($"a part of the kind {syntax.GetType()}"),
    };

    private Node BindName(string name, int offset)
    {
        if (Scope.Find(name) is { } variable)
        {
            return variable;
        }

        if (host.TryGetValue(name, out HostFunction? function))
        {
            return function.IsVariable
                ? new HostNode(function, [], [], offset)
                : throw new ExpressionException(offset, $"'{name}' is a function: call it as {name}()");
        }

        if (Builtins.Has(name))
        {
            throw new ExpressionException(offset, $"'{name}' is a function: call it as {name}(…)");
        }

        if (name is EnvironmentName)
        {
            throw new ExpressionException(offset, $"'{name}' on its own: expected for example {name}.name() or 'name' in {name}");
        }

        throw new ExpressionException(offset, $"unknown name '{name}': {Hints.ForName(name, Scope.Names.Concat(host.Keys))}");
    }

    private Node BindUnary(UnarySyntax unary)
    {
        Node operand = Bind(unary.Operand);
        if (unary.Operator is "not" or "!")
        {
            return operand.Type.IsAny || operand.Type.Kind == ValueKind.Boolean
                ? Fold(new NotNode(operand, unary.Offset), operand)
                : throw new ExpressionException(unary.Offset, $"'{unary.Operator}' on {operand.Type}: a bool is accepted");
        }

        if (!operand.Type.IsAny && !operand.Type.IsNumber)
        {
            throw new ExpressionException(unary.Offset, $"'{unary.Operator}' on {operand.Type}: a number is accepted");
        }

        return unary.Operator is "+" ? operand : Fold(new NegateNode(operand, unary.Offset), operand);
    }

    private Node BindConditional(ConditionalSyntax conditional)
    {
        Node condition = Bind(conditional.Condition);
        if (!condition.Type.IsAny && condition.Type.Kind != ValueKind.Boolean)
        {
            throw new ExpressionException(condition.Offset, $"condition of type {condition.Type}: a bool is accepted");
        }

        Node whenTrue = Bind(conditional.WhenTrue);
        Node whenFalse = Bind(conditional.WhenFalse);
        ExpressionType type = whenTrue.Type.Kind == ValueKind.Nil ? whenFalse.Type
            : whenFalse.Type.Kind == ValueKind.Nil ? whenTrue.Type
            : TypeRules.Common(whenTrue.Type, whenFalse.Type);
        return Fold(new ConditionalNode(condition, whenTrue, whenFalse, type, conditional.Offset), condition, whenTrue, whenFalse);
    }

    private Node BindList(ListSyntax list)
    {
        Node[] items = Bind(list.Items);
        ExpressionType element = items.Length == 0 ? ExpressionType.Any : items[0].Type;
        foreach (Node item in items)
        {
            element = TypeRules.Common(element, item.Type);
        }

        return Fold(new ListNode(items, ExpressionType.ListOf(element), list.Offset), items);
    }

    private Node BindMap(MapSyntax map)
    {
        List<(Node Key, Node Value)> entries = [];
        foreach ((Syntax key, Syntax value) in map.Entries)
        {
            entries.Add((Bind(key), Bind(value)));
        }

        return Fold(new MapNode([.. entries], map.Offset), [.. entries.Select(static entry => entry.Key), .. entries.Select(static entry => entry.Value)]);
    }

    private LetNode BindLet(LetSyntax let)
    {
        string? what = host.ContainsKey(let.Name) || Builtins.Has(let.Name) ? "function"
            : Scope.Find(let.Name) is not null ? "variable"
            : null;
        if (what is not null || let.Name is EnvironmentName or "true" or "false" or "nil")
        {
            throw new ExpressionException(let.Offset, $"variable '{let.Name}' has the name of a {what ?? "constant"}: choose another name");
        }

        Node value = Bind(let.Value);
        int slot = Scope.Add(let.Name, value.Type, let.Offset);
        Node body = Bind(let.Body);
        Scope.Remove();
        return new LetNode(slot, value, body, let.Offset);
    }
}
