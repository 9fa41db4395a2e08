using System.Buffers;
using System.Text;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Http;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Options;
using ClusterDns.Core.Pipeline;

namespace ClusterDns.OwnPlugin;

/// <summary>
/// Answers every name with a greeting, and uses everything that a plugin can: the test of what a plugin outside this repository can do.
/// </summary>
public sealed class GreetPlugin : Plugin<GreetOptions>
{
    /// <inheritdoc/>
    public override string Name => "greet";

    /// <inheritdoc/>
    public override DirectiveRepetition Repetition => DirectiveRepetition.Once;

    /// <inheritdoc/>
    protected override IOptionsReader<GreetOptions> Options { get; } = new OptionsReader<GreetOptions>(new GreetOptions())
        .Optional(Values.Text("GREETING").Default("hello"), static (options, text) => options with { Greeting = text })
        .Option("ttl", Values.TimeToLive.Default("5"), static (options, ttl) => options with { TimeToLive = ttl })
        .Option("file", Values.Word("FILE"), static (options, file) => options with { File = file })
        .Option("only", Values.RecordType, static (options, type) => options with { Only = type });

    /// <inheritdoc/>
    public override void DeclareMetrics(MetricRegistry metrics) => _ = new GreetMetrics(metrics);

    /// <inheritdoc/>
    protected override void Build(GreetOptions options, BlockBuilder builder)
    {
        GreetMetrics metrics = new(builder.Environment.Metrics);
        GreetService service = new(builder.Environment.Loggers);
        builder.Run(service);
        builder.Offer(new ReadinessCheck(Name, () => service.IsRunning) { Reason = static () => "not started" });
        builder.Offer(new MetadataField("greet/greeting", _ => options.Greeting));
        builder.Offer<IGreeting>(wiring => new Greeting(Read(options, wiring)));
        builder.Offer(new HttpEndpoint(
            new HttpAddress("127.0.0.1", 0), "/greet", exchange => exchange.Body.Write(Encoding.UTF8.GetBytes(options.Greeting))));
        builder.Listen(new ConnectionLimits { MaxQueries = 100 });
        builder.Observe(new GreetObserver(metrics));
        builder.Seal(new GreetSeal());
        if (options.Only is { } type)
        {
            builder.Route(query => query.Type == type, "greeted");
        }

        // How many answers there were in the life of the process, across reloads.
        GreetCount count = builder.Resources.Get(Name, static () => new GreetCount());
        builder.Use((next, wiring) => new GreetHandler(next, options, [.. wiring.All<IGreeting>()], count, metrics));
    }

    private static string Read(GreetOptions options, BlockWiring wiring)
    {
        if (options.File is not { } file)
        {
            return options.Greeting;
        }

        string path = wiring.ResolvePath(file.Text);
        try
        {
            return Encoding.UTF8.GetString(wiring.Environment.Files.ReadAllBytes(path)).Trim();
        }
        catch (IOException exception)
        {
            wiring.Diagnostics.Error(file.Place, $"cannot read '{path}': {exception.Message}");
            return "";
        }
    }

    private sealed record Greeting(string Text) : IGreeting;
}
