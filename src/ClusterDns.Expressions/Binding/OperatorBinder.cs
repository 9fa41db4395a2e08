using System.Text.RegularExpressions;
using ClusterDns.Expressions.Evaluation;
using ClusterDns.Expressions.Parsing;
using ClusterDns.Expressions.Values;
using ClusterDns.GoText.RegularExpressions;

namespace ClusterDns.Expressions.Binding;

/// <summary>Binds operators between two operands.</summary>
/// <param name="binder">What binds the operands.</param>
internal readonly struct OperatorBinder(Binder binder)
{
    /// <summary>Binds an operator.</summary>
    /// <exception cref="ExpressionException">Its operands are of types that it does not take.</exception>
    public Node Bind(BinarySyntax binary)
    {
        if (IsLogic(binary.Operator))
        {
            return BindLogic(binary);
        }

        if (binary is { Operator: "in", Right: NameSyntax { Name: Binder.EnvironmentName } })
        {
            return BindInEnvironment(binary);
        }

        Node left = binder.Bind(binary.Left);
        Node right = binder.Bind(binary.Right);
        Node node = binary.Operator switch
        {
            "==" or "!=" => BindEqual(binary, left, right),
            "<" or "<=" or ">" or ">=" => BindOrder(binary, left, right),
            "in" => BindIn(binary, left, right),
            "matches" => BindMatches(binary, left, right),
            "contains" or "startsWith" or "endsWith" => BindTextTest(binary, left, right),
            ".." => TypeRules.AreBoth(left.Type, right.Type, ValueKind.Integer) ? new RangeNode(left, right, binary.Offset) : throw Mismatch(binary, left, right, "two ints are accepted"),
            "??" => new CoalesceNode(left, right, CoalesceType(left.Type, right.Type), binary.Offset),
            _ => BindArithmetic(binary, left, right),
        };
        return binder.Fold(node, left, right);
    }

    private static bool IsLogic(string text) => text is "and" or "&&" or "or" or "||";

    private static bool IsAnd(string text) => text is "and" or "&&";

    /// <summary>Binds a list of conditions, however long, without one call within another for each.</summary>
    private Node BindLogic(BinarySyntax binary)
    {
        bool isAnd = IsAnd(binary.Operator);
        Stack<Syntax> operands = new();
        Syntax first = binary;
        while (first is BinarySyntax next && IsLogic(next.Operator) && IsAnd(next.Operator) == isAnd)
        {
            operands.Push(next.Right);
            first = next.Left;
        }

        List<Node> nodes = [binder.Bind(first)];
        while (operands.TryPop(out Syntax? operand))
        {
            nodes.Add(binder.Bind(operand));
        }

        for (int i = 1; i < nodes.Count; i++)
        {
            if (!TypeRules.AreBoth(nodes[i - 1].Type, nodes[i].Type, ValueKind.Boolean))
            {
                throw Mismatch(binary, nodes[i - 1], nodes[i], "both sides must be bool");
            }
        }

        return binder.Fold(new LogicNode(isAnd, [.. nodes], binary.Offset), [.. nodes]);
    }

    private ConstantNode BindInEnvironment(BinarySyntax binary)
        => binder.Bind(binary.Left) is ConstantNode { Value.Kind: ValueKind.Text } name
            ? new ConstantNode(ExpressionValue.From(binder.Host.ContainsKey(name.Value.Text.ToString())), ExpressionType.Boolean, binary.Offset)
            : throw new ExpressionException(binary.Offset, $"'in {Binder.EnvironmentName}' with a value that is not known at start: a constant string is accepted");

    private static EqualNode BindEqual(BinarySyntax binary, Node left, Node right)
        => left.Type.IsComparableTo(right.Type)
            ? new EqualNode(left, right, binary.Operator is "!=", binary.Offset)
            : throw Mismatch(binary, left, right, "both sides must be of one type");

    private static OrderNode BindOrder(BinarySyntax binary, Node left, Node right)
        => TypeRules.AreBoth(left.Type, right.Type, ValueKind.Integer, ValueKind.Float)
            || TypeRules.AreBoth(left.Type, right.Type, ValueKind.Text)
            || TypeRules.AreBoth(left.Type, right.Type, ValueKind.Time)
            || TypeRules.AreBoth(left.Type, right.Type, ValueKind.Duration)
                ? new OrderNode(left, right, binary.Operator[0] == '<', binary.Operator.Length == 2, binary.Offset)
                : throw Mismatch(binary, left, right, "two numbers, strings, times or durations are accepted");

    private static InNode BindIn(BinarySyntax binary, Node left, Node right)
    {
        switch (right.Type.Kind)
        {
            case ValueKind.Map when right.Type.HasTextKeys && !left.Type.IsAny && left.Type.Kind != ValueKind.Text:
                throw Mismatch(binary, left, right, "the keys of the map are strings");
            case ValueKind.List when !left.Type.IsComparableTo(right.Type.Element):
                throw Mismatch(binary, left, right, "the elements of the list must be of the type of the left side");
            case ValueKind.List or ValueKind.Map or null:
                return new InNode(left, right, binary.Offset);
            default:
                throw Mismatch(binary, left, right, right.Type.Kind == ValueKind.Text ? "the right side must be a list or a map; for a part of a string use 'contains'" : "the right side must be a list or a map");
        }
    }

    private static Node BindMatches(BinarySyntax binary, Node left, Node right)
    {
        if (!TypeRules.AreBoth(left.Type, right.Type, ValueKind.Text))
        {
            throw Mismatch(binary, left, right, "two strings are accepted");
        }

        if (right is not ConstantNode { Value.Kind: ValueKind.Text } pattern)
        {
            return new DynamicMatchNode(left, right, binary.Offset);
        }

        return GoRegex.TryCompile(pattern.Value.Text.ToString(), out Regex? regex, out string problem)
            ? new MatchNode(left, regex!, binary.Offset)
            : throw new ExpressionException(right.Offset, problem);
    }

    private static TextTestNode BindTextTest(BinarySyntax binary, Node left, Node right)
    {
        TextTest test = binary.Operator switch
        {
            "contains" => TextTest.Contains,
            "startsWith" => TextTest.StartsWith,
            _ => TextTest.EndsWith,
        };
        return TypeRules.AreBoth(left.Type, right.Type, ValueKind.Text)
            ? new TextTestNode(test, left, right, binary.Offset)
            : throw Mismatch(binary, left, right, "two strings are accepted");
    }

    private static ExpressionType CoalesceType(ExpressionType left, ExpressionType right)
        => left.Kind == ValueKind.Nil ? right : right.Kind == ValueKind.Nil || right.IsAssignableTo(left) ? left : ExpressionType.Any;

    private static ArithmeticNode BindArithmetic(BinarySyntax binary, Node left, Node right)
    {
        (ArithmeticOperator operation, string accepted) = binary.Operator switch
        {
            "+" => (ArithmeticOperator.Add, "two numbers, strings or durations, or a time and a duration are accepted"),
            "-" => (ArithmeticOperator.Subtract, "two numbers, times or durations, or a time and a duration are accepted"),
            "*" => (ArithmeticOperator.Multiply, "numbers and durations are accepted"),
            "/" => (ArithmeticOperator.Divide, "two numbers are accepted"),
            "%" => (ArithmeticOperator.Remainder, "two ints are accepted"),
            _ => (ArithmeticOperator.Power, "two numbers are accepted"),
        };
        ExpressionType type = ArithmeticType(operation, left.Type, right.Type) ?? throw Mismatch(binary, left, right, accepted);
        if (operation == ArithmeticOperator.Remainder && left is ConstantNode && right is ConstantNode { Value: { Kind: ValueKind.Integer, Integer: 0 } })
        {
            throw new ExpressionException(binary.Offset, "division by zero: the right side of '%' must be another int");
        }

        return new ArithmeticNode(operation, left, right, type, binary.Offset);
    }

    /// <summary>The type of a result; null where the operator does not take the operands.</summary>
    private static ExpressionType? ArithmeticType(ArithmeticOperator operation, ExpressionType left, ExpressionType right)
    {
        if (TypeRules.AreBoth(left, right, ValueKind.Integer, ValueKind.Float))
        {
            switch (operation)
            {
                case ArithmeticOperator.Divide or ArithmeticOperator.Power:
                    return ExpressionType.Float;
                case ArithmeticOperator.Remainder:
                    return TypeRules.AreBoth(left, right, ValueKind.Integer) ? ExpressionType.Integer : null;
                default:
                    return left.IsAny || right.IsAny ? ExpressionType.Any : left.Kind == right.Kind ? left : ExpressionType.Float;
            }
        }

        return (operation, left.Kind, right.Kind) switch
        {
            (ArithmeticOperator.Add, ValueKind.Text, ValueKind.Text) => ExpressionType.Text,
            (ArithmeticOperator.Add, ValueKind.Text, null) or (ArithmeticOperator.Add, null, ValueKind.Text) => ExpressionType.Any,
            (ArithmeticOperator.Add, ValueKind.Time, ValueKind.Duration) or (ArithmeticOperator.Add, ValueKind.Duration, ValueKind.Time) => ExpressionType.Time,
            (ArithmeticOperator.Subtract, ValueKind.Time, ValueKind.Duration) => ExpressionType.Time,
            (ArithmeticOperator.Subtract, ValueKind.Time, ValueKind.Time) => ExpressionType.Duration,
            (ArithmeticOperator.Add or ArithmeticOperator.Subtract or ArithmeticOperator.Multiply, ValueKind.Duration, ValueKind.Duration) => ExpressionType.Duration,
            (ArithmeticOperator.Multiply, ValueKind.Duration, ValueKind.Integer or ValueKind.Float) => ExpressionType.Duration,
            (ArithmeticOperator.Multiply, ValueKind.Integer or ValueKind.Float, ValueKind.Duration) => ExpressionType.Duration,
            (ArithmeticOperator.Add or ArithmeticOperator.Subtract, ValueKind.Time or ValueKind.Duration, null) => ExpressionType.Any,
            (ArithmeticOperator.Add or ArithmeticOperator.Subtract, null, ValueKind.Time or ValueKind.Duration) => ExpressionType.Any,
            (ArithmeticOperator.Multiply, ValueKind.Duration, null) or (ArithmeticOperator.Multiply, null, ValueKind.Duration) => ExpressionType.Any,
            _ => null,
        };
    }

    private static ExpressionException Mismatch(BinarySyntax binary, Node left, Node right, string accepted)
        => new(binary.Offset, $"'{binary.Operator}' between {left.Type} and {right.Type}: {accepted}");
}
