using System.Text;

namespace ClusterDns.GoText.Templates;

/// <summary>A stage of a pipeline.</summary>
/// <param name="operands">What is written, the function or method first.</param>
internal abstract class Command(IReadOnlyList<Expression> operands)
{
    private readonly Expression[] _operands = [.. operands];

    /// <summary>What is known of its value; null where nothing is.</summary>
    public virtual Shape? Shape => null;

    /// <summary>The first operand.</summary>
    protected Expression First => _operands[0];

    /// <summary>Computes the value.</summary>
    /// <param name="run">The run.</param>
    /// <param name="dot">The value of the dot.</param>
    /// <param name="final">What the stage before gave.</param>
    /// <param name="hasFinal">Whether there was one.</param>
    /// <param name="value">The value.</param>
    public abstract bool TryEvaluate(TemplateRun run, in Value dot, in Value final, bool hasFinal, out Value value);

    /// <summary>Writes it in the form that Go prints it in.</summary>
    /// <param name="text">Where to.</param>
    public void Write(StringBuilder text)
    {
        for (int i = 0; i < _operands.Length; i++)
        {
            text.Append(i > 0 ? " " : "");
            _operands[i].Write(text);
        }
    }

    /// <summary>Puts the arguments aside.</summary>
    /// <returns>How many; -1 when the run has failed.</returns>
    protected int PushArguments(TemplateRun run, in Value dot, in Value final, bool hasFinal)
    {
        for (int i = 1; i < _operands.Length; i++)
        {
            if (!_operands[i].TryEvaluate(run, in dot, out Value argument))
            {
                return -1;
            }

            run.Push(in argument);
        }

        if (hasFinal)
        {
            run.Push(in final);
        }

        return _operands.Length - 1 + (hasFinal ? 1 : 0);
    }
}

/// <summary>A value that takes no arguments.</summary>
/// <param name="operand">The value.</param>
internal sealed class OperandCommand(Expression operand) : Command([operand])
{
    /// <inheritdoc/>
    public override Shape? Shape => First.Shape;

    /// <inheritdoc/>
    public override bool TryEvaluate(TemplateRun run, in Value dot, in Value final, bool hasFinal, out Value value)
        => First.TryEvaluate(run, in dot, out value);
}

/// <summary>A field, or a method with arguments.</summary>
/// <param name="member">The field or method.</param>
/// <param name="operands">The same, and the arguments.</param>
internal sealed class FieldCommand(FieldExpression member, IReadOnlyList<Expression> operands) : Command(operands)
{
    /// <inheritdoc/>
    public override Shape? Shape => member.Shape is MethodShape ? Templates.Shape.Text : member.Shape;

    /// <inheritdoc/>
    public override bool TryEvaluate(TemplateRun run, in Value dot, in Value final, bool hasFinal, out Value value)
    {
        value = default;
        int count = PushArguments(run, in dot, in final, hasFinal);
        if (count < 0)
        {
            return false;
        }

        bool isDone = member.TryEvaluate(run, in dot, run.Peek(count), out value);
        run.Pop(count);
        return isDone;
    }
}

/// <summary>A function.</summary>
/// <param name="function">The function.</param>
/// <param name="operands">Its name, and the arguments.</param>
internal sealed class FunctionCommand(TemplateFunction function, IReadOnlyList<Expression> operands) : Command(operands)
{
    /// <inheritdoc/>
    public override bool TryEvaluate(TemplateRun run, in Value dot, in Value final, bool hasFinal, out Value value)
    {
        value = default;
        int count = PushArguments(run, in dot, in final, hasFinal);
        if (count < 0)
        {
            return false;
        }

        bool isDone = function.Invoke(run, First.Position, run.Peek(count), out value);
        run.Pop(count);
        return isDone;
    }
}

/// <summary><c>and</c> or <c>or</c>: later arguments are not looked at once the value is known.</summary>
/// <param name="isAnd">Which.</param>
/// <param name="operands">The name, and the arguments.</param>
internal sealed class LogicCommand(bool isAnd, IReadOnlyList<Expression> operands) : Command(operands)
{
    private readonly Expression[] _arguments = [.. operands.Skip(1)];

    /// <inheritdoc/>
    public override bool TryEvaluate(TemplateRun run, in Value dot, in Value final, bool hasFinal, out Value value)
    {
        value = final;
        foreach (Expression argument in _arguments)
        {
            if (!argument.TryEvaluate(run, in dot, out value))
            {
                return false;
            }

            if (value.IsTrue != isAnd)
            {
                return true;
            }
        }

        value = hasFinal ? final : value;
        return true;
    }
}

/// <summary>A function's name where no command begins with it: as an argument it is called without any of its own.</summary>
/// <param name="function">The function.</param>
/// <param name="position">Its position.</param>
internal sealed class FunctionExpression(TemplateFunction function, int position) : Expression(position)
{
    /// <summary>The function.</summary>
    public TemplateFunction Function => function;

    /// <inheritdoc/>
    public override bool TryEvaluate(TemplateRun run, in Value dot, out Value value) => function.Invoke(run, Position, [], out value);

    /// <inheritdoc/>
    public override void Write(StringBuilder text) => text.Append(function.Name);
}
