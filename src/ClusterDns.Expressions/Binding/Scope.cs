using ClusterDns.Expressions.Evaluation;

namespace ClusterDns.Expressions.Binding;

/// <summary>The variables that an expression can see, and where they are in an evaluation.</summary>
internal sealed class Scope
{
    private readonly List<(string Name, VariableNode Node)> _variables = [];
    private readonly List<LoopScope> _loops = [];

    /// <summary>How many places evaluations need.</summary>
    public int SlotCount { get; private set; }

    /// <summary>The names of the variables.</summary>
    public IEnumerable<string> Names => _variables.Select(static variable => variable.Name);

    /// <summary>Takes a place.</summary>
    public int NextSlot() => SlotCount++;

    /// <summary>Adds a variable.</summary>
    /// <returns>Its place.</returns>
    public int Add(string name, ExpressionType type, int offset)
    {
        int slot = NextSlot();
        _variables.Add((name, new VariableNode(slot, type, offset)));
        return slot;
    }

    /// <summary>Removes the variable that was added last.</summary>
    public void Remove() => _variables.RemoveAt(_variables.Count - 1);

    /// <summary>Finds a variable.</summary>
    public Node? Find(string name) => _variables.Find(variable => string.Equals(variable.Name, name, StringComparison.Ordinal)).Node;

    /// <summary>Begins a predicate.</summary>
    /// <param name="element">What its <c>#</c> is.</param>
    /// <param name="hasIndex">Whether it has <c>#index</c>.</param>
    /// <param name="hasAccumulator">Whether it has <c>#acc</c>.</param>
    public LoopScope EnterLoop(ExpressionType element, bool hasIndex, bool hasAccumulator)
    {
        LoopScope loop = new(element, NextSlot(), NextSlot(), hasAccumulator ? NextSlot() : 0, hasIndex, hasAccumulator);
        _loops.Add(loop);
        return loop;
    }

    /// <summary>Ends a predicate.</summary>
    public void LeaveLoop() => _loops.RemoveAt(_loops.Count - 1);

    /// <summary>What <c>#NAME</c> is in the innermost predicate.</summary>
    /// <exception cref="ExpressionException">It is nothing there.</exception>
    public Node FindPointer(string name, int offset)
    {
        LoopScope loop = _loops[^1];
        return name switch
        {
            "" => new VariableNode(loop.ItemSlot, loop.Element, offset),
            "index" when loop.HasIndex => new VariableNode(loop.IndexSlot, ExpressionType.Integer, offset),
            "acc" when loop.HasAccumulator => new VariableNode(loop.AccumulatorSlot, ExpressionType.Any, offset),
            _ => throw new ExpressionException(offset, $"unknown '#{name}': '#' is accepted here, '#index' in map and reduce, and '#acc' in reduce"),
        };
    }
}

/// <summary>The variables of a predicate.</summary>
internal sealed record LoopScope(ExpressionType Element, int ItemSlot, int IndexSlot, int AccumulatorSlot, bool HasIndex, bool HasAccumulator);
