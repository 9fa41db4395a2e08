using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Options;
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
    protected override IOptionsReader<MultisocketOptions> Options { get; } = new OptionsReader<MultisocketOptions>(
        new MultisocketOptions(Math.Min(Environment.ProcessorCount, Most)))
        .Optional(Values.Integer(1, Most).As("SOCKETS"), static (_, sockets) => new MultisocketOptions(sockets));

    /// <inheritdoc/>
    protected override void Build(MultisocketOptions options, BlockBuilder builder) => builder.Listen(new ListenerWorkers(options.Sockets));
}
