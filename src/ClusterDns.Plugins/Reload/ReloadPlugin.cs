using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Pipeline;

namespace ClusterDns.Plugins.Reload;

/// <summary>The options of the reload plugin.</summary>
/// <param name="Interval">How often the Corefile is looked at, at least 2 s.</param>
/// <param name="Jitter">How far that is spread, at least 1 s and at most half of the interval.</param>
public sealed record ReloadOptions(TimeSpan Interval, TimeSpan Jitter);

/// <summary>Has the Corefile looked at now and then, and taken over when it has changed.</summary>
public sealed class ReloadPlugin : Plugin<ReloadOptions>
{
    private static readonly TimeSpan DefaultInterval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan DefaultJitter = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LeastInterval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LeastJitter = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public override string Name => "reload";

    /// <inheritdoc/>
    protected override ReloadOptions? Parse(PluginParseContext context)
    {
        DirectiveReader reader = new(context.Directives[0], context.Diagnostics);
        bool isRight = DirectiveReader.ExpectOnce(context.Directives, context.Diagnostics);
        isRight &= reader.ExpectArguments(0, 2, "reload [INTERVAL] [JITTER]") & reader.ExpectNoBlock();
        TimeSpan interval = DefaultInterval;
        TimeSpan jitter = DefaultJitter;
        if (reader.Arguments.Count > 0)
        {
            isRight &= reader.TryDuration(reader.Arguments[0], LeastInterval, out interval);
        }

        if (reader.Arguments.Count > 1)
        {
            isRight &= reader.TryDuration(reader.Arguments[1], LeastJitter, out jitter);
        }

        return isRight ? new ReloadOptions(interval, jitter > interval / 2 ? interval / 2 : jitter) : null;
    }

    /// <inheritdoc/>
    protected override void Build(ReloadOptions options, PluginBuildContext context)
        => context.Reload = new ReloadSettings(options.Interval, options.Jitter);
}
