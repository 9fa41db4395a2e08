using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Options;
using ClusterDns.Core.Pipeline;

namespace ClusterDns.Plugins.Timeouts;

/// <summary>The options of the timeouts plugin; null where the Corefile leaves the server's own.</summary>
/// <param name="Read">How long a connection may take to deliver a message it has begun, 1 s to 24 h.</param>
/// <param name="Write">How long a client may leave its answers unread, 1 s to 24 h.</param>
/// <param name="Idle">How long a connection may rest between queries, 1 s to 24 h.</param>
/// <param name="MaxConnectionQueries">After how many queries a connection is closed; 0 for never.</param>
public sealed record TimeoutsOptions(TimeSpan? Read, TimeSpan? Write, TimeSpan? Idle, int? MaxConnectionQueries);

/// <summary>Says how long connections may take and rest, and how many queries one may ask.</summary>
public sealed class TimeoutsPlugin : Plugin<TimeoutsOptions>
{
    private static readonly OptionValue<TimeSpan> Duration = Values.DurationOrSeconds(TimeSpan.FromSeconds(1), TimeSpan.FromHours(24));

    /// <inheritdoc/>
    public override string Name => "timeouts";

    /// <inheritdoc/>
    public override DirectiveRepetition Repetition => DirectiveRepetition.All;

    /// <inheritdoc/>
    protected override IOptionsReader<TimeoutsOptions> Options { get; } = new OptionsReader<TimeoutsOptions>(new TimeoutsOptions(null, null, null, null))
        .Option("read", Duration, static (options, time) => options with { Read = time })
        .Option("write", Duration, static (options, time) => options with { Write = time })
        .Option("idle", Duration, static (options, time) => options with { Idle = time })
        .Option(
            "maxtcpqueries",
            Values.Integer(-1, int.MaxValue).Where(static queries => queries != 0, "a number from 1 on, or -1 for no bound"),
            static (options, queries) => options with { MaxConnectionQueries = Math.Max(queries, 0) })
        .RequireOptions();

    /// <inheritdoc/>
    protected override void Build(TimeoutsOptions options, PluginBuildContext context)
    {
        context.Listener.ReadTimeout = options.Read;
        context.Listener.WriteTimeout = options.Write;
        context.Listener.IdleTimeout = options.Idle;
        context.Listener.MaxConnectionQueries = options.MaxConnectionQueries;
    }
}
