using ClusterDns.Expressions.Functions;
using ClusterDns.Expressions.Times;
using ClusterDns.Expressions.Values;

namespace ClusterDns.Expressions.Evaluation;

/// <summary><c>A.NAME(B)</c>. The method is found by the kind that A has in the evaluation.</summary>
internal sealed class MethodNode(string name, Node target, Node[] arguments, ExpressionType type, int offset) : Node(type, offset)
{
    /// <inheritdoc/>
    public override bool TryEvaluate(EvaluationRun run, out ExpressionValue value)
    {
        if (!target.TryEvaluate(run, out value))
        {
            return false;
        }

        Builtin? method = TimeMethods.Find(value.Kind, name);
        if (method is null || method.Parameters.Length != arguments.Length + 1)
        {
            return run.Fail(Offset, "a method that the value does not have");
        }

        run.Push(in value);
        foreach (Node argument in arguments)
        {
            if (!argument.TryEvaluate(run, out ExpressionValue result))
            {
                return false;
            }

            run.Push(in result);
        }

        int count = arguments.Length + 1;
        bool isDone = run.TryCount(1) && method.Invoke(new BuiltinCall(run, Offset, run.Peek(count)), out value);
        run.Pop(count);
        return isDone || run.TryEnd(Offset);
    }
}
