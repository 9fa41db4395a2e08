using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Options;
using ClusterDns.Core.Pipeline;
using ClusterDns.Expressions;
using ClusterDns.Expressions.Values;
using ClusterDns.Plugins.Common;

namespace ClusterDns.Plugins.View;

/// <summary>The options of the view plugin.</summary>
/// <param name="ViewName">The name of the view.</param>
/// <param name="Conditions">What must all be true.</param>
public sealed record ViewOptions(string ViewName, IReadOnlyList<Expression<Query>> Conditions);

/// <summary>Has a server block take only the queries for which expressions are true.</summary>
public sealed class ViewPlugin : Plugin<ViewOptions>
{
    private static readonly ExpressionEnvironment<Query> Functions = QueryFunctions.CreateEnvironment<Query>(static query => query);

    /// <inheritdoc/>
    public override string Name => "view";

    /// <inheritdoc/>
    public override DirectiveRepetition Repetition => DirectiveRepetition.Once;

    /// <inheritdoc/>
    protected override IOptionsReader<ViewOptions> Options { get; } = new OptionsReader<ViewOptions>(new ViewOptions("", []))
        .Argument(Values.Text("NAME"), static (options, name) => options with { ViewName = name })
        .Option("expr", "EXPRESSION", ReadCondition);

    /// <inheritdoc/>
    protected override void Build(ViewOptions options, BlockBuilder builder)
    {
        Expression<Query>[] conditions = [.. options.Conditions.Select(condition => condition.WithClock(builder.Environment.Time))];
        builder.Route(query => AreTrue(conditions, query), options.ViewName);
    }

    /// <summary>An expression that fails, or that is not a bool, is not true.</summary>
    private static bool AreTrue(Expression<Query>[] conditions, Query query)
    {
        foreach (Expression<Query> condition in conditions)
        {
            if (!condition.TryEvaluateBoolean(query, out bool isTrue) || !isTrue)
            {
                return false;
            }
        }

        return true;
    }

    private static ViewOptions ReadCondition(ViewOptions options, DirectiveReader line)
    {
        if (ExpressionOption.Read(line, line.Arguments, Functions) is not { } condition)
        {
            return options;
        }

        if (condition.Type.Kind is { } kind and not ValueKind.Boolean)
        {
            line.Warn(line.Arguments[0].Place, $"the expression is of type {condition.Type}, so the view gets no query: a bool is expected");
        }

        return options with { Conditions = [.. options.Conditions, condition] };
    }
}
