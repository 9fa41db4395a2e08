using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Options;
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
    protected override IOptionsReader<LoadbalanceOptions> Options => LoadbalanceOptionsReader.Reader;

    /// <inheritdoc/>
    protected override LoadbalanceOptions? Parse(PluginParseContext context)
    {
        foreach (DirectiveSyntax directive in context.Directives.SkipLast(1).Where(static directive => directive.Block.Count == 0))
        {
            context.Diagnostics.Warning(
                directive.Place, $"this 'loadbalance' has no effect: the last one in the server block counts ({context.Directives[^1].Place})");
        }

        return Options.Read(context);
    }

    /// <inheritdoc/>
    protected override void Build(LoadbalanceOptions options, BlockBuilder builder)
        => builder.Use((next, wiring) =>
        {
            ThreadRandom random = new(wiring.Environment.NextSeed());
            IOrderPolicy policy = options.Weights is { } weights
                ? new WeightedPolicy(OpenWeights(weights, wiring), random)
                : new RoundRobinPolicy(random);
            SubnetPreference? preference = options.Preferred.Count > 0 ? new SubnetPreference(options.Preferred) : null;
            return new LoadbalanceHandler(next, policy, preference);
        });

    private static WeightFile OpenWeights(WeightOptions options, BlockWiring wiring)
    {
        PluginEnvironment environment = wiring.Environment;
        string path = wiring.ResolvePath(options.File.Text);
        WeightFile file = wiring.Resources.Get(
            (path, options.Reload),
            () => new WeightFile(path, options.Reload, environment.Files, environment.Guard, environment.Loggers.CreateLogger("plugin/loadbalance")));
        if (file.Problem is { } problem)
        {
            wiring.Diagnostics.Error(options.File.Place, problem);
        }

        return file;
    }
}
