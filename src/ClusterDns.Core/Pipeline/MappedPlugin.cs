using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Options;

namespace ClusterDns.Core.Pipeline;

/// <summary>The options of a plugin that has none.</summary>
internal sealed record MappedOptions;

/// <summary>A plugin that is one function.</summary>
/// <param name="name">The name of its directive.</param>
/// <param name="tryAnswer">Answers a query, or returns false to pass it on.</param>
internal sealed class MappedPlugin(string name, Func<Query, bool> tryAnswer) : Plugin<MappedOptions>
{
    public override string Name => name;

    public override DirectiveRepetition Repetition => DirectiveRepetition.Once;

    protected override IOptionsReader<MappedOptions> Options { get; } = new OptionsReader<MappedOptions>(new MappedOptions());

    protected override void Build(MappedOptions options, BlockBuilder builder)
        => builder.Use(next => new MappedHandler(next, name, tryAnswer));

    private sealed class MappedHandler(PluginHandler next, string name, Func<Query, bool> tryAnswer) : PluginHandler(next)
    {
        public override string Name => name;

        public override ValueTask ServeAsync(Query query) => tryAnswer(query) ? ValueTask.CompletedTask : NextAsync(query);
    }
}
