using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Pipeline;

namespace ClusterDns.Plugins.OnEvent;

/// <summary>The options of the on plugin, which never has any.</summary>
public sealed record OnOptions;

/// <summary>Rejects CoreDNS's directive that runs commands at start and stop, with the reason.</summary>
public sealed class OnPlugin : Plugin<OnOptions>
{
    /// <inheritdoc/>
    public override string Name => "on";

    /// <inheritdoc/>
    public override DirectiveRepetition Repetition => DirectiveRepetition.All;

    /// <inheritdoc/>
    protected override OnOptions? Parse(PluginParseContext context)
    {
        context.Diagnostics.Error(
            context.Directives[0].Place,
            "'on' is not supported, because the server does not run commands: use an init container, a lifecycle hook of the container, or the service manager");
        return null;
    }

    /// <inheritdoc/>
    protected override void Build(OnOptions options, BlockBuilder builder) => throw new NotSupportedException();
}
