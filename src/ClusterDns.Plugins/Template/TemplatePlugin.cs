using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Options;
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
    public OptionDeclaration? Declaration { get; } = TemplateOptionsReader.Reader.Describe("template");

    /// <inheritdoc/>
    public object? Parse(PluginParseContext context) => TemplateOptionsReader.Reader.Read(context);

    /// <inheritdoc/>
    public void Build(object options, BlockBuilder builder)
    {
        TemplateMetrics metrics = new(builder.Environment.Metrics);
        TemplateOptions timed = ((TemplateOptions)options).WithClock(builder.Environment.Time);
        builder.Use(next => new TemplateHandler(next, timed, metrics));
    }
}
