using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Memory;
using ClusterDns.Core.Options;
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
    protected override IOptionsReader<TransferOptions> Options => TransferOptionsReader.Reader;

    /// <inheritdoc/>
    protected override void Build(TransferOptions options, BlockBuilder builder)
    {
        PluginEnvironment environment = builder.Environment;
        TransferRules rules = new(options.Rules);
        ILogger logger = environment.Loggers.CreateLogger("plugin/transfer");
        TransferSlots slots = new(environment.Memory[MemoryTable.Transfers]);
        builder.Use((next, wiring) => new TransferHandler(next, rules, [.. wiring.All<IZoneSource>()], slots, environment.Time, logger));
        if (options.Rules.Any(static rule => rule.Secondaries.Count > 0))
        {
            builder.Run(wiring => new ZoneNotifier(
                wiring.All<IZoneSource>(), rules, environment.Upstreams, environment.Time, environment.Guard, logger));
        }
    }
}
