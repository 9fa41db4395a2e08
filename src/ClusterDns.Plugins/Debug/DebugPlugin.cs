using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Options;
using ClusterDns.Core.Pipeline;

namespace ClusterDns.Plugins.Debug;

/// <summary>The options of the debug plugin: none.</summary>
public sealed record DebugOptions;

/// <summary>Writes debug lines, and stack traces of exceptions out of plugins.</summary>
public sealed class DebugPlugin : Plugin<DebugOptions>
{
    /// <inheritdoc/>
    public override string Name => "debug";

    /// <inheritdoc/>
    public override DirectiveRepetition Repetition => DirectiveRepetition.All;

    /// <inheritdoc/>
    protected override IOptionsReader<DebugOptions> Options { get; } = new OptionsReader<DebugOptions>(new DebugOptions());

    /// <inheritdoc/>
    protected override void Build(DebugOptions options, BlockBuilder builder)
    {
        builder.Offer(new DebugLines());
        builder.Offer(new StackTraces());
    }
}
