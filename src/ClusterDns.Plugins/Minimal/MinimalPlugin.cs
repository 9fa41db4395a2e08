using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Options;
using ClusterDns.Core.Pipeline;
using ClusterDns.Plugins.Common;

namespace ClusterDns.Plugins.Minimal;

/// <summary>The options of the minimal plugin: none.</summary>
public sealed record MinimalOptions;

/// <summary>Leaves out of positive answers what was not asked for.</summary>
public sealed class MinimalPlugin : Plugin<MinimalOptions>
{
    /// <inheritdoc/>
    public override string Name => "minimal";

    /// <inheritdoc/>
    public override DirectiveRepetition Repetition => DirectiveRepetition.First;

    /// <inheritdoc/>
    protected override IOptionsReader<MinimalOptions> Options { get; } = new OptionsReader<MinimalOptions>(new MinimalOptions());

    /// <inheritdoc/>
    protected override void Build(MinimalOptions options, BlockBuilder builder)
        => builder.Use(static next => new MinimalHandler(next));
}

/// <summary>
/// Empties the authority and additional sections of answers. Denials keep their SOA, delegations their NS records, and errors
/// have nothing to lose.
/// </summary>
/// <param name="next">The link below.</param>
internal sealed class MinimalHandler(PluginHandler next) : ResponseHandler(next)
{
    /// <inheritdoc/>
    public override string Name => "minimal";

    /// <inheritdoc/>
    protected override void After(Query context)
    {
        if (context.Response.Status == ResponseStatus.Answered && ResponseKinds.Of(context) == ResponseKind.NoError)
        {
            context.Response.Authority.Clear();
            context.Response.Additional.Clear();
        }
    }
}
