using System.Text;

namespace ClusterDns.GoText.Templates;

/// <summary>What <c>if</c>, <c>with</c> and <c>range</c> share: a pipeline, and what runs when it gives something or nothing.</summary>
/// <param name="keyword">The keyword.</param>
/// <param name="pipeline">The pipeline.</param>
/// <param name="body">What runs when it gives something.</param>
/// <param name="otherwise">What runs when it gives nothing; null for nothing.</param>
internal abstract class BranchStatement(string keyword, Pipeline pipeline, StatementList body, StatementList? otherwise) : Statement
{
    /// <summary>The pipeline.</summary>
    protected Pipeline Pipeline => pipeline;

    /// <summary>What runs when it gives something.</summary>
    protected StatementList Body => body;

    /// <inheritdoc/>
    public sealed override Flow Run(TemplateRun run, in Value dot)
        => run.TryStep(pipeline.Position) && pipeline.TryEvaluate(run, in dot, out Value value) ? Run(run, in dot, in value) : Flow.Failed;

    /// <inheritdoc/>
    public sealed override void Write(StringBuilder text)
    {
        text.Append("{{").Append(keyword).Append(' ');
        pipeline.Write(text);
        text.Append("}}");
        body.Write(text);
        if (otherwise is not null)
        {
            text.Append("{{else}}");
            otherwise.Write(text);
        }

        text.Append("{{end}}");
    }

    /// <summary>Runs what belongs to a value.</summary>
    /// <param name="run">The run.</param>
    /// <param name="dot">The value of the dot outside.</param>
    /// <param name="value">What the pipeline gave.</param>
    protected abstract Flow Run(TemplateRun run, in Value dot, in Value value);

    /// <summary>Runs what belongs to nothing.</summary>
    /// <param name="run">The run.</param>
    /// <param name="dot">The value of the dot.</param>
    protected Flow RunOtherwise(TemplateRun run, in Value dot) => otherwise?.Run(run, in dot) ?? Flow.Next;
}

/// <summary><c>if</c>.</summary>
/// <inheritdoc/>
internal sealed class IfStatement(Pipeline pipeline, StatementList body, StatementList? otherwise)
    : BranchStatement("if", pipeline, body, otherwise)
{
    /// <inheritdoc/>
    protected override Flow Run(TemplateRun run, in Value dot, in Value value)
        => value.IsTrue ? Body.Run(run, in dot) : RunOtherwise(run, in dot);
}

/// <summary><c>with</c>: within, the dot is the value.</summary>
/// <inheritdoc/>
internal sealed class WithStatement(Pipeline pipeline, StatementList body, StatementList? otherwise)
    : BranchStatement("with", pipeline, body, otherwise)
{
    /// <inheritdoc/>
    protected override Flow Run(TemplateRun run, in Value dot, in Value value)
        => value.IsTrue ? Body.Run(run, in value) : RunOtherwise(run, in dot);
}

/// <summary><c>range</c>: a round for each element of a list or a map, or each number below one.</summary>
/// <inheritdoc/>
internal sealed class RangeStatement(Pipeline pipeline, StatementList body, StatementList? otherwise)
    : BranchStatement("range", pipeline, body, otherwise)
{
    /// <inheritdoc/>
    protected override Flow Run(TemplateRun run, in Value dot, in Value value)
    {
        switch (value.Kind)
        {
            case ValueKind.Nil:
                return RunOtherwise(run, in dot);
            case ValueKind.List:
            case ValueKind.Map:
                return RunElements(run, in dot, in value);
            case ValueKind.Integer when Pipeline.VariableCount < 2:
                return RunNumbers(run, in dot, Math.Max(0, value.Integer), static number => Value.From(number));
            case ValueKind.Unsigned when Pipeline.VariableCount < 2:
                return RunNumbers(run, in dot, (long)Math.Min(value.Unsigned, long.MaxValue), static number => Value.From((ulong)number));
            default:
                string problem = value.Kind is ValueKind.Integer or ValueKind.Unsigned
                    ? "range over a number has one variable, not two"
                    : $"range does not support values of type {value.TypeName}";
                run.Fail(Pipeline.Position, problem);
                return Flow.Failed;
        }
    }

    private Flow RunElements(TemplateRun run, in Value dot, in Value value)
    {
        int count = value.Kind == ValueKind.List ? value.List.Count : value.Map.Count;
        IReadOnlyList<string> keys = value.Kind == ValueKind.List ? [] : value.Map.Keys;
        for (int i = 0; i < count; i++)
        {
            (Value index, Value element) = value.Kind == ValueKind.List
                ? (Value.From(i), value.List[i])
                : (Value.From(keys[i]), value.Map.TryFind(keys[i], out Value found) ? found : default);
            Flow flow = RunRound(run, in index, in element);
            if (flow != Flow.Next)
            {
                return flow == Flow.Break ? Flow.Next : flow;
            }
        }

        return count == 0 ? RunOtherwise(run, in dot) : Flow.Next;
    }

    private Flow RunNumbers(TemplateRun run, in Value dot, long count, Func<long, Value> create)
    {
        for (long i = 0; i < count; i++)
        {
            Value number = create(i);
            Flow flow = RunRound(run, in number, in number);
            if (flow != Flow.Next)
            {
                return flow == Flow.Break ? Flow.Next : flow;
            }
        }

        return count == 0 ? RunOtherwise(run, in dot) : Flow.Next;
    }

    private Flow RunRound(TemplateRun run, in Value index, in Value element)
    {
        if (!run.TryStep(Pipeline.Position))
        {
            return Flow.Failed;
        }

        Pipeline.SetRangeVariables(run, in index, in element);
        Flow flow = Body.Run(run, in element);
        return flow == Flow.Continue ? Flow.Next : flow;
    }
}
