using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Options;
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
    protected override IOptionsReader<MetadataOptions> Options { get; } = new OptionsReader<MetadataOptions>(new MetadataOptions([]))
        .Zones(static (_, zones) => new MetadataOptions(zones))
        .AcceptEmptyBlock();

    /// <inheritdoc/>
    protected override void Build(MetadataOptions options, BlockBuilder builder)
        => builder.AttachMetadata(options.Zones);
}
