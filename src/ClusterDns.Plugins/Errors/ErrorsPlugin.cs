using System.Text.RegularExpressions;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Options;
using ClusterDns.Core.Pipeline;
using ClusterDns.GoText.RegularExpressions;
using ClusterDns.Plugins.Common;
using Microsoft.Extensions.Logging;

namespace ClusterDns.Plugins.Errors;

/// <summary>Logs why queries failed.</summary>
public sealed class ErrorsPlugin : Plugin<ErrorsOptions>
{
    private static readonly OptionValue<Regex> Expression = new("REGEXP", "regular expression", "RE2 syntax", TryReadExpression);

    private static readonly OptionsReader<ConsolidatePattern> Pattern = new OptionsReader<ConsolidatePattern>(
        new ConsolidatePattern(TimeSpan.Zero, "", null!, "", LogLevel.Error, ShowFirst: false))
        .Argument(Values.DurationFromZero.WithWord(), static (pattern, period) => pattern with { Period = period.Value, PeriodText = period.Word.Text })
        .Argument(Expression.WithWord(), static (pattern, regex) => pattern with { Pattern = regex.Value, Expression = regex.Word.Text })
        .Optional(
            Values.Choice(("warning", LogLevel.Warning), ("error", LogLevel.Error), ("info", LogLevel.Information), ("debug", LogLevel.Debug)).As("LEVEL").Default("error"),
            static (pattern, level) => pattern with { Level = level })
        .Optional(Values.Choice("show_first"), static (pattern, _) => pattern with { ShowFirst = true });

    /// <inheritdoc/>
    public override string Name => "errors";

    /// <inheritdoc/>
    public override DirectiveRepetition Repetition => DirectiveRepetition.Once;

    /// <summary>CoreDNS takes the one place that it writes to as an argument, from the time when there were others.</summary>
    protected override IOptionsReader<ErrorsOptions> Options { get; } = new OptionsReader<ErrorsOptions>(new ErrorsOptions(StackTraces: false, []))
        .Optional(Values.Choice("stdout"), static (options, _) => options)
        .Flag("stacktrace", static options => options with { StackTraces = true })
        .Option("consolidate", Pattern, static (options, pattern) => options with { Patterns = [.. options.Patterns, pattern] })
        .ShareLines("stacktrace");

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

    private static bool TryReadExpression(DirectiveReader line, Token word, out Regex value)
    {
        bool isValid = GoRegex.TryCompile(word.Text, out Regex? regex, out string problem);
        value = regex!;
        if (!isValid)
        {
            line.Error(word.Place, problem);
        }

        return isValid;
    }
}
