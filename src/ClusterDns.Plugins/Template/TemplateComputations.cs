using ClusterDns.Expressions;
using ClusterDns.Expressions.Values;

namespace ClusterDns.Plugins.Template;

/// <summary>A variable of a template.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Expression">What computes it.</param>
internal sealed record TemplateVariable(string Name, Expression<QueryData> Expression);

/// <summary>The variables and conditions of a template.</summary>
/// <param name="Variables">The variables; each can use those before it.</param>
/// <param name="Conditions">What must be true for the template to answer; they can use all variables before them.</param>
internal sealed record TemplateComputations(IReadOnlyList<TemplateVariable> Variables, IReadOnlyList<Expression<QueryData>> Conditions)
{
    /// <summary>Neither variables nor conditions.</summary>
    public static TemplateComputations None { get; } = new([], []);

    /// <summary>Whether there is something to evaluate.</summary>
    public bool IsEmpty => Variables.Count == 0 && Conditions.Count == 0;

    /// <summary>The same with a clock for the function <c>now</c>.</summary>
    public TemplateComputations WithClock(TimeProvider clock) => new(
        [.. Variables.Select(variable => variable with { Expression = variable.Expression.WithClock(clock) })],
        [.. Conditions.Select(condition => condition.WithClock(clock))]);

    /// <summary>Computes the variables of a query, and checks the conditions.</summary>
    /// <param name="data">The query; it gets the variables.</param>
    /// <param name="areTrue">Whether all conditions are true.</param>
    /// <param name="failure">When false is returned, the expression that failed, and why.</param>
    public bool TryEvaluate(QueryData data, out bool areTrue, out ComputationFailure failure)
    {
        areTrue = false;
        for (int i = 0; i < Variables.Count; i++)
        {
            if (!Variables[i].Expression.TryEvaluate(data, out ExpressionValue value, out string? problem))
            {
                failure = new ComputationFailure("var", Variables[i].Expression.Text, problem);
                return false;
            }

            data.Variables[i] = value;
        }

        foreach (Expression<QueryData> condition in Conditions)
        {
            if (!condition.TryEvaluateBoolean(data, out bool isTrue) && !condition.TryEvaluate(data, out _, out string? problem))
            {
                failure = new ComputationFailure("expr", condition.Text, problem);
                return false;
            }

            if (!isTrue)
            {
                failure = default;
                return true;
            }
        }

        areTrue = true;
        failure = default;
        return true;
    }
}

/// <summary>An expression that failed.</summary>
/// <param name="Option">The option that it belongs to.</param>
/// <param name="Expression">The expression.</param>
/// <param name="Problem">Why.</param>
internal readonly record struct ComputationFailure(string Option, string Expression, string Problem);
