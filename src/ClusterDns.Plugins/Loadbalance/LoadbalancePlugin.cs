using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Pipeline;
using ClusterDns.Plugins.Common;
using Microsoft.Extensions.Logging;

namespace ClusterDns.Plugins.Loadbalance;

/// <summary>Changes the order of addresses from answer to answer, so that clients that take the first spread out.</summary>
public sealed class LoadbalancePlugin : Plugin<LoadbalanceOptions>
{
    /// <inheritdoc/>
    public override string Name => "loadbalance";

    /// <inheritdoc/>
    public override DirectiveRepetition Repetition => DirectiveRepetition.All;

    /// <inheritdoc/>
    protected override LoadbalanceOptions? Parse(PluginParseContext context) => new LoadbalanceOptionsParser(context).Parse();

    /// <inheritdoc/>
    protected override void Build(LoadbalanceOptions options, PluginBuildContext context)
    {
        ThreadRandom random = new(context.NextSeed());
        IOrderPolicy policy = options.Weights is { } weights
            ? new WeightedPolicy(OpenWeights(weights, context), random)
            : new RoundRobinPolicy(random);
        SubnetPreference? preference = options.Preferred.Count > 0 ? new SubnetPreference(options.Preferred) : null;
        context.AddLink(next => new LoadbalanceHandler(next, policy, preference));
    }

    private static WeightFile OpenWeights(WeightOptions options, PluginBuildContext context)
    {
        string path = context.ResolvePath(options.File.Text);
        WeightFile file = context.Resources.Get(
            (path, options.Reload),
            () => new WeightFile(
                path, options.Reload, context.Files, context.Guard, context.LoggerFactory.CreateLogger("plugin/loadbalance")));
        if (file.Problem is { } problem)
        {
            context.Diagnostics.Error(options.File.Place, problem);
        }

        return file;
    }
}
