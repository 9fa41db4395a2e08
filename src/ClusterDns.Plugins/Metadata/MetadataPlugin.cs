using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Pipeline;

namespace ClusterDns.Plugins.Metadata;

/// <summary>The options of the metadata plugin.</summary>
/// <param name="Zones">The zones whose queries have metadata.</param>
public sealed record MetadataOptions(IReadOnlyList<Zone> Zones);

/// <summary>Lets the plugins of a server block use each other's metadata.</summary>
public sealed class MetadataPlugin : Plugin<MetadataOptions>
{
    /// <inheritdoc/>
    public override string Name => "metadata";

    /// <inheritdoc/>
    public override DirectiveRepetition Repetition => DirectiveRepetition.Once;

    /// <inheritdoc/>
    protected override MetadataOptions? Parse(PluginParseContext context)
    {
        DirectiveReader reader = new(context.Directives[0], context.Diagnostics);
        bool isRight = reader.ExpectNoOptions() &
            reader.TryZones(reader.Arguments, context.Keys.Select(static key => key.Zone).Distinct(), out IReadOnlyList<Zone> zones);
        return isRight ? new MetadataOptions(zones) : null;
    }

    /// <inheritdoc/>
    protected override void Build(MetadataOptions options, BlockBuilder builder)
        => builder.AttachMetadata(options.Zones);
}
