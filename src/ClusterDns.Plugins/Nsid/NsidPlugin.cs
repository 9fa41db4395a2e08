using System.Runtime.CompilerServices;
using System.Text;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Options;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;

namespace ClusterDns.Plugins.Nsid;

/// <summary>The options of the nsid plugin.</summary>
/// <param name="Identifier">The text that identifies the server, at most 255 bytes of UTF-8.</param>
public sealed record NsidOptions(string Identifier);

/// <summary>Tells clients that ask for it which server has answered (RFC 5001).</summary>
public sealed class NsidPlugin : Plugin<NsidOptions>
{
    /// <inheritdoc/>
    public override string Name => "nsid";

    /// <inheritdoc/>
    public override DirectiveRepetition Repetition => DirectiveRepetition.Once;

    /// <inheritdoc/>
    protected override IOptionsReader<NsidOptions> Options { get; } = new OptionsReader<NsidOptions>(new NsidOptions(Environment.MachineName))
        .Words("WORDS", 0, int.MaxValue, static (options, line, words) => words.Count == 0 ? options : new NsidOptions(string.Join(' ', words.Select(static word => word.Text))))
        .Complete(static (options, line) =>
        {
            if (Encoding.UTF8.GetByteCount(options.Identifier) > byte.MaxValue)
            {
                line.Error(line.Directive.Place, "the identifier of nsid is too long: expected at most 255 bytes");
            }

            return options;
        });

    /// <inheritdoc/>
    protected override void Build(NsidOptions options, BlockBuilder builder)
        => builder.Use(next => new NsidHandler(next, Encoding.UTF8.GetBytes(options.Identifier)));
}

/// <summary>Adds the identifier to responses. Whether the client wants it is read before links below can change its options.</summary>
internal sealed class NsidHandler(PluginHandler next, byte[] identifier) : PluginHandler(next)
{
    /// <inheritdoc/>
    public override string Name => "nsid";

    /// <inheritdoc/>
    public override ValueTask ServeAsync(Query query)
        => EdnsOptionReader.TryFind(query.Edns.Options(query.Request), EdnsOptionCode.NameServerIdentifier, out _) ? IdentifyAsync(query) : NextAsync(query);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask IdentifyAsync(Query query)
    {
        await NextAsync(query);
        query.Response.Options.TrySet(EdnsOptionCode.NameServerIdentifier, identifier);
    }
}
