using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Options;
using ClusterDns.Core.Pipeline;

namespace ClusterDns.Plugins.Acl;

/// <summary>Lets clients ask, or not, by their addresses and what they ask for.</summary>
public sealed class AclPlugin : Plugin<AclOptions>
{
    /// <inheritdoc/>
    public override string Name => "acl";

    /// <inheritdoc/>
    public override DirectiveRepetition Repetition => DirectiveRepetition.All;

    /// <inheritdoc/>
    protected override IOptionsReader<AclOptions> Options => AclOptionsReader.Reader;

    /// <inheritdoc/>
    protected override void Build(AclOptions options, BlockBuilder builder)
    {
        AclRuleTable[] rules = [.. options.Rules.Select(static rule => new AclRuleTable(rule))];
        builder.Use(next => new AclHandler(next, rules, builder.Environment.Metrics));
    }
}
