using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Options;
using ClusterDns.Core.Pipeline;

namespace ClusterDns.Plugins.Log;

/// <summary>Writes a line for each query.</summary>
public sealed class LogPlugin : Plugin<LogOptions>
{
    private static readonly OptionValue<LogClasses> Class = Values.Choice(
        ("all", LogClasses.All), ("success", LogClasses.Success), ("denial", LogClasses.Denial), ("error", LogClasses.Error));

    /// <inheritdoc/>
    public override string Name => "log";

    /// <inheritdoc/>
    public override DirectiveRepetition Repetition => DirectiveRepetition.All;

    /// <inheritdoc/>
    protected override IOptionsReader<LogOptions> Options { get; } = new OptionsReader<LogDirective>(new LogDirective([], "", LogClasses.None))
        .Words("[NAMES...] [FORMAT]", 0, int.MaxValue, ReadNames)
        .List("class", Class, static (options, classes) => options with { Classes = classes.Aggregate(options.Classes, static (all, one) => all | one) })
        .Each(static directives => new LogOptions([.. directives.SelectMany(static directive => directive.Rules)]));

    /// <inheritdoc/>
    protected override void Build(LogOptions options, BlockBuilder builder)
    {
        builder.Offer(new MetadataField("log/type", LogMetadata.ReadType));
        builder.Offer(new MetadataField("log/class", LogMetadata.ReadClass));
        builder.Observe(new LogObserver(options, builder.Environment.LogOutput, builder.Environment.Time));
    }

    /// <summary>A format is known by its braces, and only after a name, as in CoreDNS.</summary>
    private static LogDirective ReadNames(LogDirective options, DirectiveReader line, IReadOnlyList<Token> words)
    {
        string format = LogFormat.Common;
        if (words.Count > 1 && words[^1].Text.Contains('{', StringComparison.Ordinal))
        {
            format = words[^1].Text
                .Replace("{common}", LogFormat.Common, StringComparison.Ordinal)
                .Replace("{combined}", LogFormat.Combined, StringComparison.Ordinal);
            words = [.. words.SkipLast(1)];
        }
        else if (words is [{ Text: var only } lone] && only.Contains('{', StringComparison.Ordinal))
        {
            line.Warn(lone.Place, $"'{only}' is read as a name and logs nothing: write 'log . FORMAT'");
        }

        return line.TryZonesOrRoot(words, out IReadOnlyList<Zone> zones) ? options with { Zones = zones, Format = format } : options;
    }

    private sealed record LogDirective(IReadOnlyList<Zone> Zones, string Format, LogClasses Classes)
    {
        public IEnumerable<LogRule> Rules => Zones.Select(zone => new LogRule(zone, Format, Classes == LogClasses.None ? LogClasses.All : Classes));
    }
}
