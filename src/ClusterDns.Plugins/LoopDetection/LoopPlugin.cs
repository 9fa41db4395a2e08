using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Options;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Upstreams;
using Microsoft.Extensions.Logging;

namespace ClusterDns.Plugins.LoopDetection;

/// <summary>The loop plugin has no options.</summary>
public sealed record LoopOptions;

/// <summary>Finds upstreams that forward back to this server, and takes them out.</summary>
public sealed class LoopPlugin : Plugin<LoopOptions>
{
    /// <inheritdoc/>
    public override string Name => "loop";

    /// <inheritdoc/>
    public override DirectiveRepetition Repetition => DirectiveRepetition.Once;

    /// <inheritdoc/>
    protected override IOptionsReader<LoopOptions> Options { get; } = new OptionsReader<LoopOptions>(new LoopOptions());

    /// <inheritdoc/>
    protected override void Build(LoopOptions options, BlockBuilder builder)
    {
        builder.Offer(Create);
        builder.Run(static wiring => wiring.SingleOrDefault<LoopProbe>());
        builder.Use(static (next, wiring) => new LoopHandler(next, wiring.SingleOrDefault<LoopProbe>()!));
    }

    private static LoopProbe Create(BlockWiring wiring) => new(
        wiring.All<IForwardTarget>(),
        wiring.Block.Keys[0].Zone,
        wiring.Environment.RequestStop,
        wiring.Environment.Metrics,
        wiring.Environment.Time,
        wiring.Environment.Guard,
        wiring.Environment.Loggers.CreateLogger("plugin/loop"));
}
