using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Options;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;

namespace ClusterDns.Plugins.Header;

/// <summary>The options of the header plugin.</summary>
/// <param name="Query">What is changed of queries.</param>
/// <param name="Response">What is changed of responses.</param>
public sealed record HeaderOptions(HeaderChange Query, HeaderChange Response);

/// <summary>Sets and clears flags of queries and responses.</summary>
public sealed class HeaderPlugin : Plugin<HeaderOptions>
{
    private static readonly OptionsReader<HeaderRule> Rule = new OptionsReader<HeaderRule>(new HeaderRule(Sets: false, HeaderFlags.None))
        .Argument(Values.ChoiceIgnoringCase(("set", true), ("clear", false)), static (rule, sets) => rule with { Sets = sets })
        .Rest(
            Values.ChoiceIgnoringCase(("aa", HeaderFlags.AuthoritativeAnswer), ("ra", HeaderFlags.RecursionAvailable), ("rd", HeaderFlags.RecursionDesired)),
            static (rule, flags) => rule with { Flags = flags.Aggregate(rule.Flags, static (all, flag) => all | flag) },
            least: 1);

    /// <inheritdoc/>
    public override string Name => "header";

    /// <inheritdoc/>
    public override DirectiveRepetition Repetition => DirectiveRepetition.All;

    /// <inheritdoc/>
    protected override IOptionsReader<HeaderOptions> Options { get; } = new OptionsReader<HeaderOptions>(new HeaderOptions(HeaderChange.None, HeaderChange.None))
        .IgnoreExtraArguments()
        .Option("query", Rule, static (options, rule) => options with { Query = options.Query.With(rule.Flags, rule.Sets) })
        .Option("response", Rule, static (options, rule) => options with { Response = options.Response.With(rule.Flags, rule.Sets) })
        .IgnoreCase()
        .Otherwise(ReportActionFirst);

    /// <summary>The first directive that has rules counts; those after it are not read.</summary>
    protected override HeaderOptions? Parse(PluginParseContext context)
    {
        DirectiveSyntax? directive = context.Directives.FirstOrDefault(static candidate => candidate.Block.Count > 0);
        if (directive is null)
        {
            context.Diagnostics.Error(context.Directives[0].Place, "header has no rules: write some in braces, such as 'response set ra'");
            return null;
        }

        foreach (DirectiveSyntax other in context.Directives.Where(other => other != directive))
        {
            context.Diagnostics.Warning(
                other.Place, $"this 'header' has no effect: the first one with rules in the server block counts ({directive.Place})");
        }

        return Options.Read(context with { Directives = [directive] });
    }

    /// <inheritdoc/>
    protected override void Build(HeaderOptions options, BlockBuilder builder)
        => builder.Use(next => new HeaderHandler(next, options));

    private static HeaderOptions? ReportActionFirst(HeaderOptions options, DirectiveReader header, DirectiveReader line, IReadOnlyList<string> names)
    {
        if (line.Name.ToLowerInvariant() is not ("set" or "clear"))
        {
            return null;
        }

        line.Error(line.Directive.Place, $"missing 'query' or 'response' before '{line.Name}': write for example 'response {line.Name} ra'");
        return options;
    }

    private sealed record HeaderRule(bool Sets, HeaderFlags Flags);
}
