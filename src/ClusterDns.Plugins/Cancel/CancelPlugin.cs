using ClusterDns.Core.Corefiles;
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
    protected override CancelOptions? Parse(PluginParseContext context)
    {
        DirectiveReader reader = new(context.Directives[0], context.Diagnostics);
        if (!reader.ExpectArguments(0, 1, "cancel [TIMEOUT]"))
        {
            return null;
        }

        reader.IgnoreBlock();

        if (reader.Arguments.Count == 0)
        {
            return new CancelOptions(Default);
        }

        Token text = reader.Arguments[0];
        if (!reader.TryDuration(text, TimeSpan.Zero, out TimeSpan timeout))
        {
            return null;
        }

        if (timeout == TimeSpan.Zero)
        {
            reader.Error(text.Place, $"'{text.Text}' is no value for cancel, expected a duration over 0s, such as 5s or 1m30s");
            return null;
        }

        return new CancelOptions(timeout);
    }

    /// <inheritdoc/>
    protected override void Build(CancelOptions options, BlockBuilder builder)
        => builder.Use(next => new CancelHandler(next, options.Timeout, builder.Environment.Time));
}
