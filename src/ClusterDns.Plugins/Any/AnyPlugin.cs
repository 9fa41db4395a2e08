using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Options;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;

namespace ClusterDns.Plugins.Any;

/// <summary>The options of the any plugin: none.</summary>
public sealed record AnyOptions;

/// <summary>Answers queries of type ANY with next to nothing (RFC 8482).</summary>
public sealed class AnyPlugin : Plugin<AnyOptions>
{
    /// <inheritdoc/>
    public override string Name => "any";

    /// <inheritdoc/>
    public override DirectiveRepetition Repetition => DirectiveRepetition.First;

    /// <summary>CoreDNS ignored arguments before 1.14.5.</summary>
    protected override IOptionsReader<AnyOptions> Options { get; } = new OptionsReader<AnyOptions>(new AnyOptions()).IgnoreExtraArguments().AcceptEmptyBlock();

    /// <inheritdoc/>
    protected override void Build(AnyOptions options, BlockBuilder builder)
        => builder.Use(static next => new AnyHandler(next));
}

/// <summary>Answers ANY with one HINFO record (RFC 8482 section 4.2).</summary>
/// <param name="next">The link below.</param>
internal sealed class AnyHandler(PluginHandler next) : PluginHandler(next)
{
    private const uint TimeToLive = 8482;

    private static readonly byte[] Rdata = [13, .. "ANY obsoleted"u8, 12, .. "See RFC 8482"u8];

    /// <inheritdoc/>
    public override string Name => "any";

    /// <inheritdoc/>
    public override ValueTask ServeAsync(Query context)
    {
        if (context.Type != RecordType.ANY)
        {
            return NextAsync(context);
        }

        context.Response.Answer(Name, authoritative: false);
        context.Response.TryAdd(ResponseSection.Answer, RecordType.HINFO, TimeToLive, Rdata, 0, Rdata.Length);
        return ValueTask.CompletedTask;
    }
}
