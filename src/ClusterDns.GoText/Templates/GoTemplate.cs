using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace ClusterDns.GoText.Templates;

/// <summary>A template's tree, as <c>define</c> names it or as the whole text is.</summary>
/// <param name="Body">The statements.</param>
/// <param name="SlotCount">How many variables it has at once, <c>$</c> included.</param>
internal sealed record TemplateDefinition(StatementList Body, int SlotCount);

/// <summary>A template in the language of Go's <c>text/template</c>, read once and run for many queries at once.</summary>
public sealed class GoTemplate
{
    [ThreadStatic]
    private static TemplateRun? RunOfThread;

    private readonly TemplateDefinition _main;

    internal GoTemplate(TemplateDefinition main)
    {
        _main = main;
        Source = main.Body.ToString();
    }

    /// <summary>The template in the form that Go prints it in.</summary>
    public string Source { get; }

    /// <summary>The whole text, where it has no actions; else null.</summary>
    public string? ConstantText => _main.Body.ConstantText;

    /// <summary>The text from its first blank on, where all actions are fields such as <c>{{.Name}}</c> before it; else null.</summary>
    public string? ConstantTail => _main.Body.ConstantTail;

    /// <summary>Reads a template.</summary>
    /// <param name="name">What <c>template</c> calls it.</param>
    /// <param name="text">The template.</param>
    /// <param name="data">The shape of its dot.</param>
    /// <param name="template">The template.</param>
    /// <param name="problem">When false is returned, what is wrong and where.</param>
    public static bool TryParse(
        string name, string text, Shape data, [NotNullWhen(true)] out GoTemplate? template, [NotNullWhen(false)] out string? problem)
    {
        try
        {
            template = new GoTemplate(TemplateParser.Parse(name, text, data));
            problem = null;
            return true;
        }
        catch (TemplateSyntaxException exception)
        {
            template = null;
            problem = $"{exception.Message}, {DescribePlace(text, exception.Position)}";
            return false;
        }
    }

    /// <summary>Runs the template.</summary>
    /// <param name="data">What its dot is.</param>
    /// <param name="output">What it wrote; it is valid until this thread runs another.</param>
    /// <param name="failure">When false is returned, what went wrong and where.</param>
    public bool TryExecute(in Value data, out ReadOnlySpan<char> output, [NotNullWhen(false)] out string? failure)
    {
        TemplateRun run = RunOfThread ??= new TemplateRun();
        bool isDone = run.Execute(_main, in data);
        output = run.Output.Written;
        failure = run.Failure;
        return isDone;
    }

    private static string DescribePlace(string text, int position)
    {
        ReadOnlySpan<char> before = text.AsSpan(0, Math.Min(position, text.Length));
        int line = before.Count('\n') + 1;
        int column = position - (before.LastIndexOf('\n') + 1) + 1;
        return line == 1
            ? string.Create(CultureInfo.InvariantCulture, $"at column {column} of the template")
            : string.Create(CultureInfo.InvariantCulture, $"at line {line}, column {column} of the template");
    }
}
