using ClusterDns.Expressions.Times;
using ClusterDns.Expressions.Values;

namespace ClusterDns.Expressions.Evaluation;

/// <summary>An operator on two numbers, strings, instants or durations.</summary>
internal enum ArithmeticOperator : byte
{
    /// <summary><c>+</c>.</summary>
    Add,

    /// <summary><c>-</c>.</summary>
    Subtract,

    /// <summary><c>*</c>.</summary>
    Multiply,

    /// <summary><c>/</c>, which always makes a floating-point number.</summary>
    Divide,

    /// <summary><c>%</c>, of integers.</summary>
    Remainder,

    /// <summary><c>**</c> and <c>^</c>, which always make a floating-point number.</summary>
    Power,
}

/// <summary>Arithmetic. Integers wrap around when they overflow.</summary>
internal sealed class ArithmeticNode(ArithmeticOperator operation, Node left, Node right, ExpressionType type, int offset) : Node(type, offset)
{
    /// <inheritdoc/>
    public override bool TryEvaluate(EvaluationRun run, out ExpressionValue value)
    {
        value = default;
        return left.TryEvaluate(run, out ExpressionValue one)
            && right.TryEvaluate(run, out ExpressionValue other)
            && TryApply(run, operation, Offset, in one, in other, out value);
    }

    /// <summary>Applies an operator.</summary>
    public static bool TryApply(
        EvaluationRun run, ArithmeticOperator operation, int offset, in ExpressionValue left, in ExpressionValue right, out ExpressionValue value)
    {
        value = default;
        if (left.IsNumber && right.IsNumber)
        {
            bool areIntegers = left.Kind == ValueKind.Integer && right.Kind == ValueKind.Integer;
            switch (operation)
            {
                case ArithmeticOperator.Divide:
                    value = ExpressionValue.From(left.Number / right.Number);
                    return true;
                case ArithmeticOperator.Power:
                    value = ExpressionValue.From(Math.Pow(left.Number, right.Number));
                    return true;
                case ArithmeticOperator.Remainder when !areIntegers:
                    return run.Fail(offset, "'%' on a value that is not an int");
                case ArithmeticOperator.Remainder when right.Integer == 0:
                    return run.Fail(offset, "a division by zero");
                case ArithmeticOperator.Remainder:
                    value = ExpressionValue.From(right.Integer == -1 ? 0 : left.Integer % right.Integer);
                    return true;
                default:
                    value = areIntegers ? ExpressionValue.From(Integers(operation, left.Integer, right.Integer)) : ExpressionValue.From(Floats(operation, left.Number, right.Number));
                    return true;
            }
        }

        if (operation == ArithmeticOperator.Add && left.Kind == ValueKind.Text && right.Kind == ValueKind.Text)
        {
            return TryConcatenate(run, in left, in right, out value) || run.TryEnd(offset);
        }

        return TimeArithmetic.TryApply(operation, in left, in right, out value) || run.Fail(offset, "values that the operator does not take");
    }

    private static long Integers(ArithmeticOperator operation, long left, long right) => operation switch
    {
        ArithmeticOperator.Add => unchecked(left + right),
        ArithmeticOperator.Subtract => unchecked(left - right),
        _ => unchecked(left * right),
    };

    private static double Floats(ArithmeticOperator operation, double left, double right) => operation switch
    {
        ArithmeticOperator.Add => left + right,
        ArithmeticOperator.Subtract => left - right,
        _ => left * right,
    };

    private static bool TryConcatenate(EvaluationRun run, in ExpressionValue left, in ExpressionValue right, out ExpressionValue value)
    {
        value = default;
        int length = left.Text.Length + right.Text.Length;
        if (!run.TryCountText(length) || !run.TryReserve(length, out Span<char> room))
        {
            return false;
        }

        left.Text.CopyTo(room);
        right.Text.CopyTo(room[left.Text.Length..]);
        value = run.Text.Commit(length);
        return true;
    }
}

/// <summary><c>-A</c>.</summary>
internal sealed class NegateNode(Node operand, int offset) : Node(operand.Type, offset)
{
    /// <inheritdoc/>
    public override bool TryEvaluate(EvaluationRun run, out ExpressionValue value)
    {
        if (!operand.TryEvaluate(run, out value))
        {
            return false;
        }

        switch (value.Kind)
        {
            case ValueKind.Integer:
                value = ExpressionValue.From(unchecked(-value.Integer));
                return true;
            case ValueKind.Float:
                value = ExpressionValue.From(-value.Float);
                return true;
            default:
                return run.Fail(Offset, "'-' on a value that is not a number");
        }
    }
}

/// <summary><c>A..B</c>: the integers from A to B, both included.</summary>
internal sealed class RangeNode(Node first, Node last, int offset) : Node(ExpressionType.ListOf(ExpressionType.Integer), offset)
{
    /// <inheritdoc/>
    public override bool TryEvaluate(EvaluationRun run, out ExpressionValue value)
    {
        value = default;
        if (!first.TryEvaluateInteger(run, out long from) || !last.TryEvaluateInteger(run, out long to))
        {
            return false;
        }

        Int128 count = Int128.Max(0, (Int128)to - from + 1);
        if (count > ExpressionLimits.MaxRange)
        {
            return run.Fail(Offset, "a range of more than 1,000,000 numbers");
        }

        value = ExpressionValue.From(ValueList.Range(from, (int)count));
        return true;
    }
}
