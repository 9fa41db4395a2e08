using System.Collections.Frozen;

namespace ClusterDns.GoText.Templates;

/// <summary>What a function does.</summary>
/// <param name="run">The run.</param>
/// <param name="position">The function's position, for error messages.</param>
/// <param name="arguments">The arguments; as many as the function takes.</param>
/// <param name="value">The result.</param>
/// <returns>False when the run has failed.</returns>
internal delegate bool TemplateFunctionBody(TemplateRun run, int position, ReadOnlySpan<Value> arguments, out Value value);

/// <summary>A function.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Least">The least number of arguments.</param>
/// <param name="Most">The greatest number of arguments.</param>
/// <param name="Invoke">What it does.</param>
internal sealed record TemplateFunction(string Name, int Least, int Most, TemplateFunctionBody Invoke)
{
    private const int Any = int.MaxValue;

    /// <summary>All functions, by name.</summary>
    public static FrozenDictionary<string, TemplateFunction> All { get; } = new TemplateFunction[]
    {
        new("and", 1, Any, LogicFunctions.And),
        new("or", 1, Any, LogicFunctions.Or),
        new("not", 1, 1, LogicFunctions.Not),
        new("eq", 2, Any, ComparisonFunctions.Equal),
        new("ne", 2, 2, ComparisonFunctions.NotEqual),
        new("lt", 2, 2, ComparisonFunctions.Less),
        new("le", 2, 2, ComparisonFunctions.LessOrEqual),
        new("gt", 2, 2, ComparisonFunctions.Greater),
        new("ge", 2, 2, ComparisonFunctions.GreaterOrEqual),
        new("len", 1, 1, IndexFunctions.Length),
        new("index", 1, Any, IndexFunctions.Index),
        new("slice", 1, 4, IndexFunctions.Slice),
        new("print", 0, Any, TextFunctions.Print),
        new("println", 0, Any, TextFunctions.PrintLine),
        new("printf", 1, Any, TextFunctions.PrintFormatted),
        new("html", 0, Any, TextFunctions.EscapeHtml),
        new("js", 0, Any, TextFunctions.EscapeJavaScript),
        new("urlquery", 0, Any, TextFunctions.EscapeQuery),
        new("parseInt", 3, 3, TextFunctions.ParseInt),
    }.ToFrozenDictionary(static function => function.Name, StringComparer.Ordinal);
}
