using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Options;
using ClusterDns.Core.Pipeline;

namespace ClusterDns.Plugins.Bufsize;

/// <summary>The options of the bufsize plugin.</summary>
/// <param name="Size">The largest UDP payload, 512 to 4096 bytes.</param>
public sealed record BufsizeOptions(ushort Size);

/// <summary>Bounds the size of UDP answers, so that none is fragmented on its way.</summary>
public sealed class BufsizePlugin : Plugin<BufsizeOptions>
{
    /// <summary>What fits every path that carries IPv6 (DNS flag day 2020).</summary>
    private const ushort Default = 1232;

    /// <inheritdoc/>
    public override string Name => "bufsize";

    /// <inheritdoc/>
    public override DirectiveRepetition Repetition => DirectiveRepetition.First;

    /// <inheritdoc/>
    protected override IOptionsReader<BufsizeOptions> Options { get; } = new OptionsReader<BufsizeOptions>(new BufsizeOptions(Default))
        .Optional(Values.Integer(512, 4096).As("SIZE").Default("1232"), static (_, size) => new BufsizeOptions((ushort)size))
        .IgnoreBlock();

    /// <inheritdoc/>
    protected override void Build(BufsizeOptions options, BlockBuilder builder)
        => builder.Use(next => new BufsizeHandler(next, options.Size));
}

/// <summary>Lowers the UDP size that a client says it takes.</summary>
/// <param name="next">The link below.</param>
/// <param name="size">The bound.</param>
internal sealed class BufsizeHandler(PluginHandler next, ushort size) : PluginHandler(next)
{
    /// <inheritdoc/>
    public override string Name => "bufsize";

    /// <inheritdoc/>
    public override ValueTask ServeAsync(Query context)
    {
        context.UdpSize = Math.Min(context.UdpSize, size);
        return NextAsync(context);
    }
}
