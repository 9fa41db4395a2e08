using System.Text.RegularExpressions;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Pipeline;
using ClusterDns.GoText.RegularExpressions;
using ClusterDns.Plugins.Common;
using Microsoft.Extensions.Logging;

namespace ClusterDns.Plugins.Errors;

/// <summary>Logs why queries failed.</summary>
public sealed class ErrorsPlugin : Plugin<ErrorsOptions>
{
    private const string ConsolidateUsage = "consolidate DURATION REGEXP [LEVEL] [show_first]";

    private static readonly string[] KnownOptions = ["stacktrace", "consolidate"];
    private static readonly string[] Levels = ["warning", "error", "info", "debug"];
    private static readonly string[] Choices = [.. Levels, "show_first"];

    /// <inheritdoc/>
    public override string Name => "errors";

    /// <inheritdoc/>
    public override DirectiveRepetition Repetition => DirectiveRepetition.Once;

    /// <inheritdoc/>
    protected override ErrorsOptions? Parse(PluginParseContext context)
    {
        DirectiveReader reader = new(context.Directives[0], context.Diagnostics);
        bool isRight = reader.ExpectArguments(0, 1, "errors");

        // CoreDNS takes the one place that it writes to as an argument, from the time when there were others.
        isRight &= reader.Arguments.Count == 0 || reader.TryChoice(reader.Arguments[0], ["stdout"], out _);

        bool stackTraces = false;
        List<ConsolidatePattern> patterns = [];
        foreach (DirectiveSyntax option in OptionLines.Split(reader.Directive.Block, ("stacktrace", 0)))
        {
            DirectiveReader optionReader = reader.For(option);
            switch (option.Name.Text)
            {
                case "stacktrace":
                    stackTraces = true;
                    isRight &= optionReader.ExpectArguments(0, 0, "stacktrace");
                    break;
                case "consolidate":
                    isRight &= TryParsePattern(optionReader, patterns);
                    break;
                default:
                    reader.UnknownOption(option, KnownOptions);
                    isRight = false;
                    break;
            }
        }

        return isRight ? new ErrorsOptions(stackTraces, patterns) : null;
    }

    /// <inheritdoc/>
    protected override void Build(ErrorsOptions options, BlockBuilder builder)
    {
        if (options.StackTraces)
        {
            builder.Offer(new StackTraces());
        }

        ErrorReports reports = new(
            options.Patterns, builder.Environment.Loggers.CreateLogger("plugin/errors"), builder.Environment.LogOutput, builder.Environment.Guard);
        builder.Run(reports);
        builder.Observe(new ErrorsObserver(reports));
    }

    private static bool TryParsePattern(DirectiveReader reader, List<ConsolidatePattern> patterns)
    {
        if (!reader.ExpectArguments(2, 4, ConsolidateUsage) ||
            !reader.TryDurationFromZero(reader.Arguments[0], out TimeSpan period))
        {
            return false;
        }

        Token expression = reader.Arguments[1];
        if (!GoRegex.TryCompile(expression.Text, out Regex? regex, out string problem))
        {
            reader.Error(expression.Place, problem);
            return false;
        }

        string? level = null;
        bool showFirst = false;
        foreach (Token argument in reader.Arguments.Skip(2))
        {
            if (!reader.TryChoice(argument, Choices, out string choice))
            {
                return false;
            }

            bool isLevel = Levels.Contains(choice, StringComparer.Ordinal);
            if (showFirst || (isLevel && level is not null))
            {
                reader.Error(argument.Place, $"'{choice}' is out of place, expected '{ConsolidateUsage}'");
                return false;
            }

            level = isLevel ? choice : level;
            showFirst = !isLevel;
        }

        patterns.Add(new ConsolidatePattern(
            period, reader.Arguments[0].Text, regex!, expression.Text, ToLogLevel(level), showFirst));
        return true;
    }

    private static LogLevel ToLogLevel(string? level) => level switch
    {
        "warning" => LogLevel.Warning,
        "info" => LogLevel.Information,
        "debug" => LogLevel.Debug,
        _ => LogLevel.Error,
    };
}
