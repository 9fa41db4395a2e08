using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Options;
using ClusterDns.Core.Pipeline;

namespace ClusterDns.Plugins.Shed;

/// <summary>The options of the shed plugin: none.</summary>
public sealed record ShedOptions;

/// <summary>
/// Accepts CoreDNS's directive against long queues of UDP responses. It has nothing to do: a worker sends the responses of a batch before it
/// receives the next batch, so no queue can grow.
/// </summary>
public sealed class ShedPlugin : Plugin<ShedOptions>
{
    /// <inheritdoc/>
    public override string Name => "shed";

    /// <inheritdoc/>
    public override DirectiveRepetition Repetition => DirectiveRepetition.Once;

    /// <inheritdoc/>
    protected override IOptionsReader<ShedOptions> Options { get; } = new OptionsReader<ShedOptions>(new ShedOptions());

    /// <inheritdoc/>
    protected override ShedOptions? Parse(PluginParseContext context)
    {
        if (context.Keys.FirstOrDefault(static key => key.Transport != Transport.Dns) is not { } other)
        {
            return base.Parse(context);
        }

        context.Diagnostics.Error(context.Directives[0].Place, $"'shed' is for UDP and not for {other}: use it in a server block of dns:// alone");
        return null;
    }

    /// <inheritdoc/>
    protected override void Build(ShedOptions options, BlockBuilder builder)
    {
    }
}
