using System.Text;

namespace ClusterDns.GoText.Templates;

/// <summary>Commands, each of which gets the value of the one before as its last argument; the last one's may go into variables.</summary>
/// <param name="position">Its position.</param>
internal sealed class Pipeline(int position) : Expression(position)
{
    private Command[] _commands = [];
    private string[] _names = [];
    private int[] _slots = [];
    private bool _isAssignment;

    /// <summary>Whether the value goes into variables.</summary>
    public bool HasVariables => _slots.Length > 0;

    /// <summary>How many variables it has.</summary>
    public int VariableCount => _slots.Length;

    /// <inheritdoc/>
    public override Shape? Shape => _commands.Length == 1 ? _commands[0].Shape : null;

    /// <summary>Sets the commands.</summary>
    /// <param name="commands">At least one.</param>
    public void SetCommands(IReadOnlyList<Command> commands) => _commands = [.. commands];

    /// <summary>Sets the variables.</summary>
    /// <param name="names">Their names.</param>
    /// <param name="slots">Their places.</param>
    /// <param name="isAssignment">Whether they were there before.</param>
    public void SetVariables(IReadOnlyList<string> names, IReadOnlyList<int> slots, bool isAssignment)
        => (_names, _slots, _isAssignment) = ([.. names], [.. slots], isAssignment);

    /// <summary>Sets the variables of a loop: the last is the element, one before it the index.</summary>
    /// <param name="run">The run.</param>
    /// <param name="index">The index.</param>
    /// <param name="element">The element.</param>
    public void SetRangeVariables(TemplateRun run, in Value index, in Value element)
    {
        if (_slots.Length > 0)
        {
            run.Variables[_slots[^1]] = element;
        }

        if (_slots.Length > 1)
        {
            run.Variables[_slots[0]] = index;
        }
    }

    /// <inheritdoc/>
    public override bool TryEvaluate(TemplateRun run, in Value dot, out Value value)
    {
        value = default;
        for (int i = 0; i < _commands.Length; i++)
        {
            Value final = value;
            if (!run.TryStep(Position) || !_commands[i].TryEvaluate(run, in dot, in final, i > 0, out value))
            {
                return false;
            }
        }

        foreach (int slot in _slots)
        {
            run.Variables[slot] = value;
        }

        return true;
    }

    /// <inheritdoc/>
    public override void Write(StringBuilder text)
    {
        if (_names.Length > 0)
        {
            text.AppendJoin(", ", _names).Append(_isAssignment ? " = " : " := ");
        }

        for (int i = 0; i < _commands.Length; i++)
        {
            text.Append(i > 0 ? " | " : "");
            _commands[i].Write(text);
        }
    }
}

/// <summary>A pipeline in parentheses.</summary>
/// <param name="inner">The pipeline.</param>
/// <param name="position">Its position.</param>
internal sealed class ParenthesizedExpression(Pipeline inner, int position) : Expression(position)
{
    /// <inheritdoc/>
    public override Shape? Shape => inner.Shape;

    /// <inheritdoc/>
    public override bool TryEvaluate(TemplateRun run, in Value dot, out Value value) => inner.TryEvaluate(run, in dot, out value);

    /// <inheritdoc/>
    public override void Write(StringBuilder text)
    {
        text.Append('(');
        inner.Write(text);
        text.Append(')');
    }
}
