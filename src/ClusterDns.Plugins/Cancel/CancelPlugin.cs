using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Options;
using ClusterDns.Core.Pipeline;

namespace ClusterDns.Plugins.Cancel;

/// <summary>The options of the cancel plugin.</summary>
/// <param name="Timeout">How long a query may take; over 0.</param>
public sealed record CancelOptions(TimeSpan Timeout);

/// <summary>Bounds how long a query may take: after that its client has given up.</summary>
public sealed class CancelPlugin : Plugin<CancelOptions>
{
    /// <summary>Clients wait for 5 s by default, so nobody waits for what comes later.</summary>
    private static readonly TimeSpan Default = TimeSpan.FromMilliseconds(5001);

    /// <inheritdoc/>
    public override string Name => "cancel";

    /// <inheritdoc/>
    public override DirectiveRepetition Repetition => DirectiveRepetition.Last;

    /// <inheritdoc/>
    protected override IOptionsReader<CancelOptions> Options { get; } = new OptionsReader<CancelOptions>(new CancelOptions(Default))
        .Optional(Values.Duration(new TimeSpan(1)).As("TIMEOUT").Default("5001ms"), static (_, timeout) => new CancelOptions(timeout))
        .IgnoreBlock();

    /// <inheritdoc/>
    protected override void Build(CancelOptions options, BlockBuilder builder)
        => builder.Use(next => new CancelHandler(next, options.Timeout, builder.Environment.Time));
}
