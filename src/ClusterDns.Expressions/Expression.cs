using System.Diagnostics.CodeAnalysis;
using ClusterDns.Expressions.Evaluation;
using ClusterDns.Expressions.Values;

namespace ClusterDns.Expressions;

/// <summary>A compiled expression. Any number of threads may evaluate it at once.</summary>
/// <typeparam name="T">The type of the context that its functions are asked about.</typeparam>
public sealed class Expression<T>
    where T : class
{
    private readonly Node _node;
    private readonly TimeProvider _clock;
    private readonly int _variables;

    internal Expression(string text, Node node, TimeProvider clock, int variables, IReadOnlyList<ExpressionError> warnings)
    {
        Text = text;
        _node = node;
        _clock = clock;
        _variables = variables;
        Warnings = warnings;
    }

    /// <summary>The expression as it is written.</summary>
    public string Text { get; }

    /// <summary>What is known of its value.</summary>
    public ExpressionType Type => _node.Type;

    /// <summary>Parts that are accepted, although their evaluation always fails.</summary>
    public IReadOnlyList<ExpressionError> Warnings { get; }

    /// <summary>The same expression with another clock.</summary>
    /// <param name="clock">What the function <c>now</c> reads.</param>
    public Expression<T> WithClock(TimeProvider clock) => new(Text, _node, clock, _variables, Warnings);

    /// <summary>Evaluates the expression where a boolean is needed. This allocates nothing unless the expression makes lists or maps.</summary>
    /// <param name="context">What it is evaluated for.</param>
    /// <param name="value">Its value; false where the evaluation fails.</param>
    /// <returns>Whether it has a value, and that is a boolean.</returns>
    public bool TryEvaluateBoolean(T context, out bool value)
    {
        EvaluationRun run = EvaluationRun.Begin(context, _clock, _variables);
        bool isDone = _node.TryEvaluate(run, out ExpressionValue result) && result.Kind == ValueKind.Boolean;
        value = isDone && result.Boolean;
        run.End(_variables);
        return isDone;
    }

    /// <summary>Evaluates the expression.</summary>
    /// <param name="context">What it is evaluated for.</param>
    /// <param name="value">Its value, which stays valid.</param>
    /// <param name="failure">When false is returned, what went wrong and where.</param>
    public bool TryEvaluate(T context, out ExpressionValue value, [NotNullWhen(false)] out string? failure)
    {
        EvaluationRun run = EvaluationRun.Begin(context, _clock, _variables);
        bool isDone = _node.TryEvaluate(run, out value);
        value = isDone ? value.Detach() : default;
        failure = isDone ? null : run.DescribeFailure();
        run.End(_variables);
        return isDone;
    }
}
