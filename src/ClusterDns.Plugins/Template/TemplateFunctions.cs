using System.Globalization;
using ClusterDns.Expressions;
using ClusterDns.Expressions.Values;
using ClusterDns.Plugins.Common;

namespace ClusterDns.Plugins.Template;

/// <summary>What the expressions of templates can use: the functions on queries, and <c>group</c>.</summary>
internal static class TemplateFunctions
{
    /// <summary>The environment of a template without variables.</summary>
    public static ExpressionEnvironment<QueryData> Environment { get; } = QueryFunctions.CreateEnvironment<QueryData>(static data => data.Query)
        .AddFunction("group", ExpressionType.Text, [ExpressionType.Any], GetGroup);

    /// <summary>Adds a variable.</summary>
    /// <param name="environment">The environment.</param>
    /// <param name="name">The variable's name.</param>
    /// <param name="type">The type of its values.</param>
    /// <param name="index">Its place among the variables of the template.</param>
    public static void AddVariable(ExpressionEnvironment<QueryData> environment, string name, ExpressionType type, int index)
        => environment.AddVariable(name, type, (ref FunctionCall<QueryData> call) => call.Return(in call.Context.Variables[index]));

    /// <summary>A group of the expression that the name matched, by name or number; empty where there is none.</summary>
    private static void GetGroup(ref FunctionCall<QueryData> call)
    {
        string? group = call[0].Kind switch
        {
            ValueKind.Text => call.Context.FindGroup(call[0].Text.ToString()),
            ValueKind.Integer => call.Context.FindGroup(call[0].Integer.ToString(CultureInfo.InvariantCulture)),
            _ => null,
        };
        call.Return(group ?? "");
    }
}
