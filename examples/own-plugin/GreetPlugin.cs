using System.Globalization;
using System.Text;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Options;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;

namespace OwnPlugin;

/// <summary>The options of <c>greet</c>.</summary>
/// <param name="Greeting">The text of the answer, at most 255 octets of UTF-8.</param>
/// <param name="TimeToLive">The TTL of the answer in seconds.</param>
public sealed record GreetOptions(string Greeting, uint TimeToLive);

/// <summary>Answers TXT questions with a greeting.</summary>
public sealed class GreetPlugin : Plugin<GreetOptions>
{
    /// <inheritdoc/>
    public override string Name => "greet";

    /// <inheritdoc/>
    public override DirectiveRepetition Repetition => DirectiveRepetition.Once;

    /// <inheritdoc/>
    protected override IOptionsReader<GreetOptions> Options { get; } = new OptionsReader<GreetOptions>(new GreetOptions("hello", 5))
        .Optional(Values.Text("GREETING").Default("hello"), static (options, value) => options with { Greeting = value })
        .Option("ttl", Values.TimeToLive.Default("5"), static (options, value) => options with { TimeToLive = value });

    /// <inheritdoc/>
    protected override void Build(GreetOptions options, BlockBuilder builder)
    {
        Counter greetings = builder.Environment.Metrics.Counter("greet_answers_total", "Greetings that were sent.");
        builder.Offer(new MetadataField("greet/visits", _ => greetings.Value.ToString(CultureInfo.InvariantCulture)));
        builder.Use(next => new GreetHandler(next, options, greetings));
    }
}

/// <summary>The link of the chain that answers.</summary>
internal sealed class GreetHandler(PluginHandler next, GreetOptions options, Counter greetings) : PluginHandler(next)
{
    // A TXT record holds strings, each after its length in one octet (RFC 1035 section 3.3.14).
    private readonly byte[] _rdata = [(byte)Encoding.UTF8.GetByteCount(options.Greeting), .. Encoding.UTF8.GetBytes(options.Greeting)];

    /// <inheritdoc/>
    public override string Name => "greet";

    /// <inheritdoc/>
    public override ValueTask ServeAsync(Query query)
    {
        if (query.Type != RecordType.TXT)
        {
            return NextAsync(query);
        }

        greetings.Add();
        query.Response.Answer(Name);
        query.Response.TryAdd(ResponseSection.Answer, RecordType.TXT, options.TimeToLive, _rdata, 0, _rdata.Length);
        return ValueTask.CompletedTask;
    }
}
