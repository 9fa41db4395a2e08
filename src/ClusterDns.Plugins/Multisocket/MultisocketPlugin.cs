using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Pipeline;

namespace ClusterDns.Plugins.Multisocket;

/// <summary>The options of the multisocket plugin.</summary>
/// <param name="Sockets">How many sockets, each with a worker, serve a listener: 1 to 1024.</param>
public sealed record MultisocketOptions(int Sockets);

/// <summary>Says how many workers a listener has.</summary>
public sealed class MultisocketPlugin : Plugin<MultisocketOptions>
{
    private const int Most = 1024;

    /// <inheritdoc/>
    public override string Name => "multisocket";

    /// <inheritdoc/>
    public override DirectiveRepetition Repetition => DirectiveRepetition.Once;

    /// <inheritdoc/>
    protected override MultisocketOptions? Parse(PluginParseContext context)
    {
        DirectiveReader reader = new(context.Directives[0], context.Diagnostics);
        if (!reader.ExpectArguments(0, 1, "multisocket [SOCKETS]") | !reader.ExpectNoBlock())
        {
            return null;
        }

        int sockets = Math.Min(Environment.ProcessorCount, Most);
        return reader.Arguments.Count == 0 || reader.TryInteger(reader.Arguments[0], 1, Most, out sockets)
            ? new MultisocketOptions(sockets)
            : null;
    }

    /// <inheritdoc/>
    protected override void Build(MultisocketOptions options, BlockBuilder builder) => builder.Listen(new ListenerWorkers(options.Sockets));
}
