using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Memory;
using ClusterDns.Core.Pipeline;
using ClusterDns.Plugins.Common;
using Microsoft.Extensions.Logging;

namespace ClusterDns.Plugins.Transfer;

/// <summary>Transfers whole zones of the block's other plugins to other servers, and notifies them when a zone has changed.</summary>
public sealed class TransferPlugin : Plugin<TransferOptions>
{
    /// <inheritdoc/>
    public override string Name => "transfer";

    /// <inheritdoc/>
    public override DirectiveRepetition Repetition => DirectiveRepetition.All;

    /// <inheritdoc/>
    protected override TransferOptions? Parse(PluginParseContext context) => new TransferOptionsParser(context).Parse();

    /// <inheritdoc/>
    protected override void Build(TransferOptions options, PluginBuildContext context)
    {
        TransferRules rules = new(options.Rules);
        ILogger logger = context.LoggerFactory.CreateLogger("plugin/transfer");
        TransferSlots slots = new(context.Memory[MemoryTable.Transfers]);
        context.AddLink(next => new TransferHandler(next, rules, [.. context.GetOffers<IZoneSource>()], slots, context.TimeProvider, logger));
        if (options.Rules.Any(static rule => rule.Secondaries.Count > 0))
        {
            context.AddService(new ZoneNotifier(context.GetOffers<IZoneSource>(), rules, context.Upstreams, context.TimeProvider, context.Guard, logger));
        }
    }
}
