using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Options;
using ClusterDns.Core.Pipeline;
using ClusterDns.Plugins.Rewrite.Parsing;
using ClusterDns.Plugins.Rewrite.Rules;

namespace ClusterDns.Plugins.Rewrite;

/// <summary>The options of the rewrite plugin.</summary>
/// <param name="Rules">The rules of all directives, in the order of the file.</param>
internal sealed record RewriteOptions(IReadOnlyList<RewriteRule> Rules);

/// <summary>Rewrites queries, and responses to them.</summary>
public sealed class RewritePlugin : IPlugin
{
    /// <inheritdoc/>
    public string Name => "rewrite";

    /// <inheritdoc/>
    public DirectiveRepetition Repetition => DirectiveRepetition.All;

    /// <inheritdoc/>
    public OptionDeclaration? Declaration { get; } = new(
        "rewrite",
        [
            new ArgumentDeclaration("continue|stop", 0, 1, "", Default: null, ["continue", "stop"]),
            new ArgumentDeclaration("FIELD", 1, 1, "", Default: null, ["name", "type", "class", "ttl", "rcode", "cname", "edns0"]),
            new ArgumentDeclaration("ARGUMENTS", 1, int.MaxValue, "", Default: null, []),
        ],
        []);

    /// <inheritdoc/>
    public object? Parse(PluginParseContext context)
    {
        RewriteRule?[] rules = [.. context.Directives.Select(directive => ParseRule(directive, context.Diagnostics))];
        return Array.TrueForAll(rules, static rule => rule is not null) ? new RewriteOptions(rules!) : null;
    }

    /// <inheritdoc/>
    public void Build(object options, BlockBuilder builder)
        => builder.Use(next => new RewriteHandler(next, (RewriteOptions)options));

    private static RewriteRule? ParseRule(DirectiveSyntax directive, DiagnosticBag diagnostics)
        => RuleWords.TryRead(directive, diagnostics) is { } words ? new RewriteRuleParser(words).Parse() : null;
}
