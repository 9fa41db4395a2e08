using System.Text;

namespace ClusterDns.GoText.Templates;

/// <summary>Something with a value.</summary>
/// <param name="position">Its position.</param>
internal abstract class Expression(int position)
{
    /// <summary>Its position, in characters from 0.</summary>
    public int Position => position;

    /// <summary>What is known of its value; null where nothing is.</summary>
    public virtual Shape? Shape => null;

    /// <summary>Computes the value.</summary>
    /// <param name="run">The run.</param>
    /// <param name="dot">The value of the dot.</param>
    /// <param name="value">The value.</param>
    /// <returns>False when the run has failed.</returns>
    public abstract bool TryEvaluate(TemplateRun run, in Value dot, out Value value);

    /// <summary>Writes it in the form that Go prints it in.</summary>
    /// <param name="text">Where to.</param>
    public abstract void Write(StringBuilder text);

    /// <inheritdoc/>
    public sealed override string ToString()
    {
        StringBuilder text = new();
        Write(text);
        return text.ToString();
    }
}

/// <summary>A constant.</summary>
/// <param name="constant">Its value.</param>
/// <param name="source">How it is written.</param>
/// <param name="position">Its position.</param>
internal sealed class ConstantExpression(Value constant, string source, int position) : Expression(position)
{
    /// <summary>Whether it is <c>nil</c>.</summary>
    public bool IsNil => constant.Kind == ValueKind.Nil;

    /// <inheritdoc/>
    public override bool TryEvaluate(TemplateRun run, in Value dot, out Value value)
    {
        value = constant;
        return true;
    }

    /// <inheritdoc/>
    public override void Write(StringBuilder text) => text.Append(source);
}

/// <summary>The dot.</summary>
/// <param name="shape">What is known of it.</param>
/// <param name="position">Its position.</param>
internal sealed class DotExpression(Shape? shape, int position) : Expression(position)
{
    /// <inheritdoc/>
    public override Shape? Shape => shape;

    /// <inheritdoc/>
    public override bool TryEvaluate(TemplateRun run, in Value dot, out Value value)
    {
        value = dot;
        return true;
    }

    /// <inheritdoc/>
    public override void Write(StringBuilder text) => text.Append('.');
}

/// <summary>A variable.</summary>
/// <param name="name">Its name, with the dollar sign.</param>
/// <param name="slot">Its place among the variables.</param>
/// <param name="shape">What is known of it.</param>
/// <param name="position">Its position.</param>
internal sealed class VariableExpression(string name, int slot, Shape? shape, int position) : Expression(position)
{
    /// <inheritdoc/>
    public override Shape? Shape => shape;

    /// <inheritdoc/>
    public override bool TryEvaluate(TemplateRun run, in Value dot, out Value value)
    {
        value = run.Variables[slot];
        return true;
    }

    /// <inheritdoc/>
    public override void Write(StringBuilder text) => text.Append(name);
}

/// <summary>Fields of a value, one of the other; the last may be a method with arguments.</summary>
/// <param name="start">What they are fields of.</param>
/// <param name="names">Their names.</param>
/// <param name="shape">What is known of the last.</param>
/// <param name="position">Its position.</param>
internal sealed class FieldExpression(Expression start, IReadOnlyList<string> names, Shape? shape, int position) : Expression(position)
{
    private readonly string[] _names = [.. names];

    /// <inheritdoc/>
    public override Shape? Shape => shape;

    /// <inheritdoc/>
    public override bool TryEvaluate(TemplateRun run, in Value dot, out Value value) => TryEvaluate(run, in dot, [], out value);

    /// <summary>Computes the value, with arguments for the last name.</summary>
    /// <param name="run">The run.</param>
    /// <param name="dot">The value of the dot.</param>
    /// <param name="arguments">The arguments.</param>
    /// <param name="value">The value.</param>
    public bool TryEvaluate(TemplateRun run, in Value dot, scoped ReadOnlySpan<Value> arguments, out Value value)
    {
        if (!start.TryEvaluate(run, in dot, out value))
        {
            return false;
        }

        for (int i = 0; i < _names.Length; i++)
        {
            scoped ReadOnlySpan<Value> own = i == _names.Length - 1 ? arguments : [];
            Value receiver = value;
            if (!TryGetMember(run, in receiver, _names[i], own, out value))
            {
                return false;
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public override void Write(StringBuilder text)
    {
        if (start is not DotExpression)
        {
            start.Write(text);
        }

        foreach (string name in _names)
        {
            text.Append('.').Append(name);
        }
    }

    private bool TryGetMember(TemplateRun run, in Value receiver, string name, scoped ReadOnlySpan<Value> arguments, out Value value)
    {
        value = default;
        if (receiver.Kind == ValueKind.Record && receiver.Record.Shape.Methods.Contains(name, StringComparer.Ordinal))
        {
            if (arguments is not [{ Kind: ValueKind.Text } argument])
            {
                return run.Fail(Position, $".{name} takes one argument, a string");
            }

            value = receiver.Record.Invoke(name, argument.Text);
            return true;
        }

        if (!arguments.IsEmpty)
        {
            return run.Fail(Position, $".{name} is not a method and takes no arguments");
        }

        switch (receiver.Kind)
        {
            case ValueKind.Nil:
                return true;
            case ValueKind.Map:
                receiver.Map.TryFind(name, out value);
                return true;
            case ValueKind.Record when receiver.Record.Shape.Fields!.ContainsKey(name):
                value = receiver.Record.GetField(name);
                return true;
            default:
                return run.Fail(Position, $"values of type {receiver.TypeName} have no field {name}");
        }
    }
}
