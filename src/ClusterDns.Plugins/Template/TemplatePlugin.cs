using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Pipeline;

namespace ClusterDns.Plugins.Template;

/// <summary>Answers with records that templates make of the query.</summary>
public sealed class TemplatePlugin : IPlugin
{
    /// <inheritdoc/>
    public string Name => "template";

    /// <inheritdoc/>
    public DirectiveRepetition Repetition => DirectiveRepetition.All;

    /// <inheritdoc/>
    public object? Parse(PluginParseContext context)
    {
        TemplateRule?[] rules =
            [.. context.Directives.Select(directive => new TemplateRuleParser(new DirectiveReader(directive, context.Diagnostics), context).Parse())];
        return Array.TrueForAll(rules, static rule => rule is not null) ? new TemplateOptions(rules!) : null;
    }

    /// <inheritdoc/>
    public void Build(object options, BlockBuilder builder)
    {
        TemplateMetrics metrics = new(builder.Environment.Metrics);
        builder.Use(next => new TemplateHandler(next, (TemplateOptions)options, metrics));
    }
}
