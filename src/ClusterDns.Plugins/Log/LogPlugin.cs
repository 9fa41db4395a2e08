using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Pipeline;

namespace ClusterDns.Plugins.Log;

/// <summary>Writes a line for each query.</summary>
public sealed class LogPlugin : Plugin<LogOptions>
{
    private static readonly string[] KnownOptions = ["class"];
    private static readonly string[] KnownClasses = ["all", "success", "denial", "error"];

    /// <inheritdoc/>
    public override string Name => "log";

    /// <inheritdoc/>
    public override DirectiveRepetition Repetition => DirectiveRepetition.All;

    /// <inheritdoc/>
    protected override LogOptions? Parse(PluginParseContext context)
    {
        List<LogRule> rules = [];
        bool isRight = true;
        foreach (DirectiveSyntax directive in context.Directives)
        {
            isRight &= TryParse(new DirectiveReader(directive, context.Diagnostics), rules);
        }

        return isRight ? new LogOptions(rules) : null;
    }

    /// <inheritdoc/>
    protected override void Build(LogOptions options, BlockBuilder builder)
    {
        builder.Offer(new MetadataField("log/type", LogMetadata.ReadType));
        builder.Offer(new MetadataField("log/class", LogMetadata.ReadClass));
        builder.Observe(new LogObserver(options, builder.Environment.LogOutput, builder.Environment.Time));
    }

    private static bool TryParse(DirectiveReader reader, List<LogRule> rules)
    {
        // A format is known by its braces, and only where a name stands before it, as in CoreDNS.
        IReadOnlyList<Token> names = reader.Arguments;
        string format = LogFormat.Common;
        if (names.Count > 1 && names[^1].Text.Contains('{', StringComparison.Ordinal))
        {
            format = names[^1].Text
                .Replace("{common}", LogFormat.Common, StringComparison.Ordinal)
                .Replace("{combined}", LogFormat.Combined, StringComparison.Ordinal);
            names = [.. names.SkipLast(1)];
        }

        if (names is [{ Text: var only } lone] && only.Contains('{', StringComparison.Ordinal) && reader.Arguments.Count == 1)
        {
            reader.Warn(lone.Place, $"'{only}' is read as a name and logs nothing: write 'log . FORMAT'");
        }

        if (names.Count == 0)
        {
            names = [new Token(".", reader.Directive.Place)];
        }

        bool isRight = reader.TryZones(names, [], out IReadOnlyList<Zone> zones) & TryParseClasses(reader, out LogClasses classes);
        rules.AddRange(zones.Select(zone => new LogRule(zone, format, classes)));
        return isRight;
    }

    private static bool TryParseClasses(DirectiveReader reader, out LogClasses classes)
    {
        bool isRight = true;
        classes = LogClasses.None;
        foreach (DirectiveSyntax option in reader.Directive.Block)
        {
            if (!string.Equals(option.Name.Text, "class", StringComparison.Ordinal))
            {
                reader.UnknownOption(option, KnownOptions);
                isRight = false;
                continue;
            }

            DirectiveReader optionReader = reader.For(option);
            isRight &= optionReader.ExpectArguments(1, int.MaxValue, "class all|success|denial|error...");
            foreach (Token argument in option.Arguments)
            {
                isRight &= optionReader.TryChoice(argument, KnownClasses, out string choice);
                classes |= choice switch
                {
                    "success" => LogClasses.Success,
                    "denial" => LogClasses.Denial,
                    "error" => LogClasses.Error,
                    _ => LogClasses.All,
                };
            }
        }

        classes = classes == LogClasses.None ? LogClasses.All : classes;
        return isRight;
    }
}
