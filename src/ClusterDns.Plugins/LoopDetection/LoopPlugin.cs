using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Pipeline;

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
    protected override LoopOptions? Parse(PluginParseContext context)
    {
        DirectiveReader reader = new(context.Directives[0], context.Diagnostics);
        bool isRight = reader.ExpectArguments(0, 0, "loop");
        isRight &= reader.ExpectNoBlock();
        return isRight ? new LoopOptions() : null;
    }

    /// <inheritdoc/>
    protected override void Build(LoopOptions options, PluginBuildContext context)
    {
        LoopProbe probe = new(
            context.ForwardTargets,
            context.Keys[0].Zone,
            context.RequestStop,
            context.Metrics,
            context.TimeProvider,
            context.Guard,
            context.LoggerFactory.CreateLogger("plugin/loop"));
        context.AddService(probe);
        context.AddLink(next => new LoopHandler(next, probe));
    }
}
