using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Pipeline;
using ClusterDns.Plugins.Common;

namespace ClusterDns.Plugins.Metadata;

/// <summary>The options of the metadata plugin.</summary>
/// <param name="Zones">The zones whose queries plugins tell about.</param>
public sealed record MetadataOptions(IReadOnlyList<Zone> Zones);

/// <summary>Lets the plugins of a server block tell one another about a query.</summary>
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
    protected override void Build(MetadataOptions options, PluginBuildContext context)
    {
        context.Offer(new MetadataOffer());
        context.AddLink(next => new MetadataHandler(next, options, new MetadataTable(context.MetadataFields, context.MetadataGroups)));
    }
}

/// <summary>Gives queries the table of what can be told about them. A value is read when somebody asks for it.</summary>
/// <param name="next">The link below.</param>
/// <param name="options">Which queries.</param>
/// <param name="table">What the block's plugins tell.</param>
internal sealed class MetadataHandler(PluginHandler next, MetadataOptions options, MetadataTable table) : PluginHandler(next)
{
    private readonly ZoneSet _zones = new(options.Zones);

    /// <inheritdoc/>
    public override string Name => "metadata";

    /// <inheritdoc/>
    public override ValueTask ServeAsync(Query context)
    {
        if (_zones.Match(context.Name) is not null)
        {
            context.Metadata = table;
        }

        return NextAsync(context);
    }
}
