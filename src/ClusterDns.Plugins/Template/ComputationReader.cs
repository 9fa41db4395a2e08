using ClusterDns.Core.Corefiles;
using ClusterDns.Expressions;
using ClusterDns.Expressions.Values;
using ClusterDns.Plugins.Common;

namespace ClusterDns.Plugins.Template;

/// <summary>Reads the variables and conditions of one template, in the order of the Corefile.</summary>
internal sealed class ComputationReader
{
    private readonly List<TemplateVariable> _variables = [];
    private readonly List<Expression<QueryData>> _conditions = [];
    private readonly ExpressionEnvironment<QueryData> _environment = TemplateFunctions.Environment.Copy();

    /// <summary>What was read.</summary>
    public TemplateComputations Result => _variables.Count + _conditions.Count == 0 ? TemplateComputations.None : new TemplateComputations([.. _variables], [.. _conditions]);

    /// <summary>Reads <c>var NAME EXPRESSION</c>.</summary>
    /// <param name="rule">The rule that this belongs to.</param>
    /// <param name="line">The line.</param>
    /// <returns>The rule.</returns>
    public TemplateRule ReadVariable(TemplateRule rule, DirectiveReader line)
    {
        if (!line.ExpectArguments(2, int.MaxValue, "var NAME EXPRESSION"))
        {
            return rule;
        }

        Token name = line.Arguments[0];
        if (!_environment.IsVariableName(name.Text))
        {
            string problem = _variables.Exists(variable => string.Equals(variable.Name, name.Text, StringComparison.Ordinal)) ? "duplicate" : "invalid";
            line.Error(name.Place, $"{problem} variable '{name.Text}': names have letters, digits and '_', and are not those of functions, words of the language or other variables");
            return rule;
        }

        if (ExpressionOption.Read(line, [.. line.Arguments.Skip(1)], _environment) is not { } expression)
        {
            return rule;
        }

        TemplateFunctions.AddVariable(_environment, name.Text, expression.Type, _variables.Count);
        _variables.Add(new TemplateVariable(name.Text, expression));
        return rule;
    }

    /// <summary>Reads <c>expr EXPRESSION</c>.</summary>
    /// <param name="rule">The rule that this belongs to.</param>
    /// <param name="line">The line.</param>
    /// <returns>The rule.</returns>
    public TemplateRule ReadCondition(TemplateRule rule, DirectiveReader line)
    {
        if (ExpressionOption.Read(line, line.Arguments, _environment) is not { } condition)
        {
            return rule;
        }

        if (condition.Type.Kind is { } kind and not ValueKind.Boolean)
        {
            line.Error(line.Arguments[0].Place, $"expression of type {condition.Type}: a bool is accepted");
            return rule;
        }

        _conditions.Add(condition);
        return rule;
    }
}
