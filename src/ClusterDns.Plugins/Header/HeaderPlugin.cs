using ClusterDns.Core.Corefiles;
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
    private static readonly string[] Selectors = ["query", "response"];
    private static readonly string[] Actions = ["set", "clear"];
    private static readonly string[] Flags = ["aa", "ra", "rd"];

    /// <inheritdoc/>
    public override string Name => "header";

    /// <inheritdoc/>
    public override DirectiveRepetition Repetition => DirectiveRepetition.All;

    /// <inheritdoc/>
    protected override HeaderOptions? Parse(PluginParseContext context)
    {
        // The first directive that has rules counts; those after it are not read.
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

        DirectiveReader reader = new(directive, context.Diagnostics);
        reader.IgnoreArgumentsAfter(0);
        bool isRight = true;

        HeaderOptions options = new(HeaderChange.None, HeaderChange.None);
        foreach (DirectiveSyntax rule in reader.Directive.Block)
        {
            isRight &= TryApply(reader, rule, ref options);
        }

        return isRight ? options : null;
    }

    /// <inheritdoc/>
    protected override void Build(HeaderOptions options, BlockBuilder builder)
        => builder.Use(next => new HeaderHandler(next, options));

    private static bool TryApply(DirectiveReader header, DirectiveSyntax syntax, ref HeaderOptions options)
    {
        DirectiveReader rule = header.For(syntax);
        string selector = syntax.Name.Text.ToLowerInvariant();
        if (Actions.Contains(selector, StringComparer.Ordinal))
        {
            rule.Error(syntax.Place, $"'{rule.Name}' stands first, expected query or response before it");
            return false;
        }

        if (!Selectors.Contains(selector, StringComparer.Ordinal))
        {
            header.UnknownOption(syntax, Selectors);
            return false;
        }

        if (!rule.ExpectArguments(2, int.MaxValue, $"{selector} set|clear aa|ra|rd...") |
            !rule.ExpectNoBlock() ||
            !TryWord(rule, syntax.Arguments[0], Actions, out string action))
        {
            return false;
        }

        bool isRight = true;
        HeaderFlags flags = HeaderFlags.None;
        foreach (Token argument in syntax.Arguments.Skip(1))
        {
            isRight &= TryWord(rule, argument, Flags, out string flag);
            flags |= ToFlag(flag);
        }

        bool sets = string.Equals(action, "set", StringComparison.Ordinal);
        options = string.Equals(selector, "query", StringComparison.Ordinal)
            ? options with { Query = options.Query.With(flags, sets) }
            : options with { Response = options.Response.With(flags, sets) };
        return isRight;
    }

    private static bool TryWord(DirectiveReader rule, Token token, string[] known, out string word)
        => rule.TryChoice(token with { Text = token.Text.ToLowerInvariant() }, known, out word);

    private static HeaderFlags ToFlag(string flag) => flag switch
    {
        "aa" => HeaderFlags.AuthoritativeAnswer,
        "ra" => HeaderFlags.RecursionAvailable,
        "rd" => HeaderFlags.RecursionDesired,
        _ => HeaderFlags.None,
    };
}
