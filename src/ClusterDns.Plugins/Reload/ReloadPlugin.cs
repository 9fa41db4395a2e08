using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Options;
using ClusterDns.Core.Pipeline;

namespace ClusterDns.Plugins.Reload;

/// <summary>The options of the reload plugin.</summary>
/// <param name="Interval">How often the Corefile is looked at, at least 2 s.</param>
/// <param name="Jitter">How far that is spread: 0, or at least 1 s and at most half of the interval.</param>
public sealed record ReloadOptions(TimeSpan Interval, TimeSpan Jitter);

/// <summary>Has the Corefile checked periodically, and applied when it has changed.</summary>
public sealed class ReloadPlugin : Plugin<ReloadOptions>
{
    /// <inheritdoc/>
    public override string Name => "reload";

    /// <inheritdoc/>
    public override DirectiveRepetition Repetition => DirectiveRepetition.First;

    /// <inheritdoc/>
    protected override IOptionsReader<ReloadOptions> Options { get; } = new OptionsReader<ReloadOptions>(
        new ReloadOptions(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(15)))
        .Optional(Values.Duration(TimeSpan.FromSeconds(2)).As("INTERVAL").Default("30s"), static (options, interval) => options with { Interval = interval })
        .Optional(
            Values.Duration().Where(static jitter => jitter == TimeSpan.Zero || jitter >= TimeSpan.FromSeconds(1), "0s, or 1s or more").As("JITTER").Default("15s"),
            static (options, jitter) => options with { Jitter = jitter })
        .IgnoreBlock()
        .Complete(static (options, _) => options with { Jitter = TimeSpan.FromTicks(Math.Min(options.Jitter.Ticks, options.Interval.Ticks / 2)) });

    /// <inheritdoc/>
    protected override void Build(ReloadOptions options, BlockBuilder builder)
        => builder.Offer(new ReloadSettings(options.Interval, options.Jitter));
}
