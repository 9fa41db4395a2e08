using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Pipeline;

namespace ClusterDns.Plugins.Loadbalance;

/// <summary>The loadbalance plugin has no option but its policy yet, and that has one value.</summary>
public sealed record LoadbalanceOptions;

/// <summary>Changes the order of addresses from answer to answer, so that clients that take the first spread out.</summary>
public sealed class LoadbalancePlugin : Plugin<LoadbalanceOptions>
{
    private const string RoundRobin = "round_robin";

    private static readonly string[] NotBuilt = ["weighted", "prefer", "reload"];

    /// <inheritdoc/>
    public override string Name => "loadbalance";

    /// <inheritdoc/>
    protected override LoadbalanceOptions? Parse(PluginParseContext context)
    {
        DirectiveReader reader = new(context.Directives[0], context.Diagnostics);
        bool isRight = DirectiveReader.ExpectOnce(context.Directives, context.Diagnostics);
        if (reader.Arguments.Count > 0 && NotBuilt.Contains(reader.Arguments[0].Text, StringComparer.Ordinal))
        {
            reader.Error(
                reader.Arguments[0].Place, $"policy '{reader.Arguments[0].Text}' of loadbalance is not built into this version, expected {RoundRobin}");
            return null;
        }

        isRight &= reader.ExpectArguments(0, 1, $"loadbalance [{RoundRobin}]") &&
            (reader.Arguments.Count == 0 || reader.TryChoice(reader.Arguments[0], [RoundRobin], out _));
        foreach (DirectiveSyntax option in reader.Directive.Block)
        {
            isRight = false;
            if (NotBuilt.Contains(option.Name.Text, StringComparer.Ordinal))
            {
                reader.Error(option.Place, $"option '{option.Name.Text}' of loadbalance is not built into this version, expected none");
            }
            else
            {
                reader.UnknownOption(option, []);
            }
        }

        return isRight ? new LoadbalanceOptions() : null;
    }

    /// <inheritdoc/>
    protected override void Build(LoadbalanceOptions options, PluginBuildContext context)
    {
        RecordShuffler shuffler = new(context.NextSeed());
        context.AddLink(next => new LoadbalanceHandler(next, shuffler));
    }
}
