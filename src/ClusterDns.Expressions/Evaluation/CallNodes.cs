using ClusterDns.Expressions.Functions;
using ClusterDns.Expressions.Values;

namespace ClusterDns.Expressions.Evaluation;

/// <summary>A call of a function of the language.</summary>
internal sealed class BuiltinNode(Builtin function, Node[] arguments, ExpressionType type, int offset) : Node(type, offset)
{
    /// <inheritdoc/>
    public override bool TryEvaluate(EvaluationRun run, out ExpressionValue value)
    {
        value = default;
        if (!run.TryCount(1))
        {
            return run.TryEnd(Offset);
        }

        foreach (Node argument in arguments)
        {
            if (!argument.TryEvaluate(run, out ExpressionValue result))
            {
                return false;
            }

            run.Push(in result);
        }

        bool isDone = function.Invoke(new BuiltinCall(run, Offset, run.Peek(arguments.Length)), out value);
        run.Pop(arguments.Length);
        return isDone || run.TryEnd(Offset);
    }
}

/// <summary>A call of a function of the host.</summary>
/// <param name="function">The function.</param>
/// <param name="arguments">Its arguments.</param>
/// <param name="parameters">The types that they must have.</param>
/// <param name="offset">Where it is in the expression.</param>
internal sealed class HostNode(HostFunction function, Node[] arguments, IReadOnlyList<ExpressionType> parameters, int offset) : Node(function.Result, offset)
{
    /// <summary>Whether the host prepared it for its arguments.</summary>
    public bool IsPrepared { get; init; }

    /// <summary>The function's name, where it takes no arguments.</summary>
    public string? NameWithoutArguments => arguments.Length == 0 && !IsPrepared ? function.Name : null;

    /// <inheritdoc/>
    public override bool TryEvaluate(EvaluationRun run, out ExpressionValue value)
    {
        value = default;
        if (!run.TryCount(1))
        {
            return run.TryEnd(Offset);
        }

        for (int i = 0; i < arguments.Length; i++)
        {
            if (!arguments[i].TryEvaluate(run, out ExpressionValue result))
            {
                return false;
            }

            if (parameters[i].Kind is { } kind && result.Kind != kind)
            {
                return run.Fail(arguments[i].Offset, "an argument of another type than the function takes");
            }

            run.Push(in result);
        }

        bool isDone = function.TryCall(run, Offset, run.Peek(arguments.Length), out value);
        run.Pop(arguments.Length);
        return isDone;
    }
}
