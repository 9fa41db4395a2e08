using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Pipeline;

namespace ClusterDns.Plugins.Reload;

/// <summary>The options of the reload plugin.</summary>
/// <param name="Interval">How often the Corefile is looked at, at least 2 s.</param>
/// <param name="Jitter">How far that is spread: 0, or at least 1 s and at most half of the interval.</param>
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
    public override DirectiveRepetition Repetition => DirectiveRepetition.First;

    /// <inheritdoc/>
    protected override ReloadOptions? Parse(PluginParseContext context)
    {
        DirectiveReader reader = new(context.Directives[0], context.Diagnostics);
        bool isRight = reader.ExpectArguments(0, 2, "reload [INTERVAL] [JITTER]");
        reader.IgnoreBlock();
        TimeSpan interval = DefaultInterval;
        TimeSpan jitter = DefaultJitter;
        if (reader.Arguments.Count > 0)
        {
            isRight &= reader.TryDuration(reader.Arguments[0], LeastInterval, out interval);
        }

        if (reader.Arguments.Count > 1)
        {
            isRight &= TryJitter(reader, reader.Arguments[1], out jitter);
        }

        return isRight ? new ReloadOptions(interval, jitter > interval / 2 ? interval / 2 : jitter) : null;
    }

    private static bool TryJitter(DirectiveReader reader, Token token, out TimeSpan jitter)
    {
        if (!reader.TryDuration(token, TimeSpan.Zero, out jitter))
        {
            return false;
        }

        if (jitter == TimeSpan.Zero || jitter >= LeastJitter)
        {
            return true;
        }

        reader.Error(token.Place, $"invalid jitter '{token.Text}' for reload: expected 0s, or at least 1s");
        return false;
    }

    /// <inheritdoc/>
    protected override void Build(ReloadOptions options, BlockBuilder builder)
        => builder.Offer(new ReloadSettings(options.Interval, options.Jitter));
}
