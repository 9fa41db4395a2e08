using System.Text;

namespace ClusterDns.GoText.Templates;

/// <summary>How a statement ended.</summary>
internal enum Flow : byte
{
    /// <summary>The next one runs.</summary>
    Next,

    /// <summary>The loop around it ends.</summary>
    Break,

    /// <summary>The next round of the loop around it begins.</summary>
    Continue,

    /// <summary>The run has failed.</summary>
    Failed,
}

/// <summary>A piece of a template.</summary>
internal abstract class Statement
{
    /// <summary>Runs it.</summary>
    /// <param name="run">The run.</param>
    /// <param name="dot">The value of the dot.</param>
    public abstract Flow Run(TemplateRun run, in Value dot);

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

/// <summary>Statements that run one after the other.</summary>
/// <param name="statements">The statements.</param>
internal sealed class StatementList(IReadOnlyList<Statement> statements) : Statement
{
    private readonly Statement[] _statements = [.. statements];

    /// <summary>The text, where there is nothing else; else null.</summary>
    public string? ConstantText => Array.TrueForAll(_statements, static statement => statement is TextStatement) ? ToString() : null;

    /// <summary>
    /// The text from its first blank on, where all actions are fields such as <c>{{.Name}}</c> before it; else null.
    /// </summary>
    public string? ConstantTail
    {
        get
        {
            int last = Array.FindLastIndex(_statements, static statement => statement is not TextStatement);
            bool isOneWord = Array.TrueForAll(
                _statements[..(last + 1)],
                static statement => statement.ToString() is string text
                    && (statement is TextStatement ? !text.AsSpan().ContainsAny(Blanks) : IsField(text)));
            string tail = string.Concat(_statements.Skip(last + 1));
            int blank = tail.AsSpan().IndexOfAny(Blanks);
            return isOneWord && blank >= 0 ? tail[blank..] : null;
        }
    }

    private static ReadOnlySpan<char> Blanks => [' ', '\t', '\r', '\n'];

    private static bool IsField(ReadOnlySpan<char> text)
        => text.StartsWith("{{.", StringComparison.Ordinal) && !text.ContainsAny(" |(=");

    /// <inheritdoc/>
    public override Flow Run(TemplateRun run, in Value dot)
    {
        foreach (Statement statement in _statements)
        {
            Flow flow = statement.Run(run, in dot);
            if (flow != Flow.Next)
            {
                return flow;
            }
        }

        return Flow.Next;
    }

    /// <inheritdoc/>
    public override void Write(StringBuilder text)
    {
        foreach (Statement statement in _statements)
        {
            statement.Write(text);
        }
    }
}

/// <summary>Text that is written as it is.</summary>
/// <param name="content">The text.</param>
/// <param name="position">Its position.</param>
internal sealed class TextStatement(string content, int position) : Statement
{
    /// <inheritdoc/>
    public override Flow Run(TemplateRun run, in Value dot)
    {
        run.Output.Append(content);
        return run.CheckLength(run.Output, position) ? Flow.Next : Flow.Failed;
    }

    /// <inheritdoc/>
    public override void Write(StringBuilder text) => text.Append(content);
}

/// <summary>A pipeline whose value is written, unless it goes into a variable.</summary>
/// <param name="pipeline">The pipeline.</param>
internal sealed class PipelineStatement(Pipeline pipeline) : Statement
{
    /// <inheritdoc/>
    public override Flow Run(TemplateRun run, in Value dot)
    {
        if (!run.TryStep(pipeline.Position) || !pipeline.TryEvaluate(run, in dot, out Value value))
        {
            return Flow.Failed;
        }

        if (pipeline.HasVariables)
        {
            return Flow.Next;
        }

        if (value.Kind == ValueKind.Nil)
        {
            run.Output.Append("<no value>");
        }
        else if (!ValueText.TryAppend(run.Output, in value))
        {
            run.Fail(pipeline.Position, $"values of type {value.TypeName} have no text form");
            return Flow.Failed;
        }

        return run.CheckLength(run.Output, pipeline.Position) ? Flow.Next : Flow.Failed;
    }

    /// <inheritdoc/>
    public override void Write(StringBuilder text)
    {
        text.Append("{{");
        pipeline.Write(text);
        text.Append("}}");
    }
}

/// <summary><c>break</c> or <c>continue</c>.</summary>
/// <param name="flow">Which.</param>
internal sealed class JumpStatement(Flow flow) : Statement
{
    /// <inheritdoc/>
    public override Flow Run(TemplateRun run, in Value dot) => flow;

    /// <inheritdoc/>
    public override void Write(StringBuilder text) => text.Append(flow == Flow.Break ? "{{break}}" : "{{continue}}");
}

/// <summary>The use of a template by its name.</summary>
/// <param name="name">The name, in Go's quotes.</param>
/// <param name="argument">What its dot is; nothing by default.</param>
/// <param name="position">Its position.</param>
internal sealed class TemplateStatement(string name, Pipeline? argument, int position) : Statement
{
    /// <summary>The template; set when all are read.</summary>
    public TemplateDefinition? Target { get; set; }

    /// <inheritdoc/>
    public override Flow Run(TemplateRun run, in Value dot)
    {
        Value data = default;
        bool isDone = run.TryStep(position)
            && (argument is null || argument.TryEvaluate(run, in dot, out data))
            && run.TryEnter(Target!, in data, position);
        return isDone ? Flow.Next : Flow.Failed;
    }

    /// <inheritdoc/>
    public override void Write(StringBuilder text)
    {
        text.Append("{{template ").Append(name);
        if (argument is not null)
        {
            text.Append(' ');
            argument.Write(text);
        }

        text.Append("}}");
    }
}
