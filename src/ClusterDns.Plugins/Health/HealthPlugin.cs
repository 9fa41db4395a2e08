using System.Buffers;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Http;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Options;
using ClusterDns.Core.Pipeline;
using ClusterDns.Plugins.Common;
using Microsoft.Extensions.Logging;

namespace ClusterDns.Plugins.Health;

/// <summary>The options of the health plugin.</summary>
/// <param name="Address">Where it answers.</param>
/// <param name="Lameduck">How long the server continues to answer after a request to stop.</param>
/// <param name="LameduckText">The same as the Corefile has it.</param>
public sealed record HealthOptions(HttpAddress Address, TimeSpan Lameduck, string LameduckText);

/// <summary>Says over HTTP that the process is alive.</summary>
public sealed class HealthPlugin : Plugin<HealthOptions>
{
    private const string Path = "/health";

    /// <inheritdoc/>
    public override string Name => "health";

    /// <inheritdoc/>
    public override DirectiveRepetition Repetition => DirectiveRepetition.All;

    /// <inheritdoc/>
    public override void DeclareMetrics(MetricRegistry metrics) => _ = new HealthMetrics(metrics);

    /// <summary>Given twice in a block, the later directive replaces what it has.</summary>
    protected override IOptionsReader<HealthOptions> Options { get; } = new OptionsReader<HealthOptions>(
        new HealthOptions(new HttpAddress("", 8080), TimeSpan.Zero, ""))
        .Optional(Values.HttpAddress(":8080"), static (options, address) => options with { Address = address })
        .Option(
            "lameduck",
            Values.DurationFromZero.Default("0s").WithWord(),
            static (options, lameduck) => options with { Lameduck = lameduck.Value, LameduckText = lameduck.Word.Text });

    /// <inheritdoc/>
    protected override void Build(HealthOptions options, BlockBuilder builder)
    {
        HealthMetrics metrics = new(builder.Environment.Metrics);
        builder.Offer(new HttpEndpoint(options.Address, Path, static exchange => exchange.Body.Write("OK"u8)));
        ILogger logger = builder.Environment.Loggers.CreateLogger("plugin/health");
        builder.Run(new Lameduck(options.Lameduck, options.LameduckText, builder.Environment.Time, logger));
        if (options.Address.Port != 0)
        {
            builder.Run(new HealthCheck(options.Address, Path, metrics, builder.Environment.Time, builder.Environment.Guard, logger));
        }
    }
}

/// <summary>What health measures of itself.</summary>
/// <param name="registry">The process's metrics.</param>
internal sealed class HealthMetrics(MetricRegistry registry)
{
    private static readonly double[] Bounds = [0.00025, 0.0025, 0.025, 0.25, 2.5];

    /// <summary>How long the server's own requests took.</summary>
    public Histogram Duration { get; } = registry.Histograms(
        "coredns_health_request_duration_seconds", "Histogram of the time (in seconds) each request took.", Bounds).With();

    /// <summary>How often they failed.</summary>
    public Counter Failures { get; } = registry.Counter(
        "coredns_health_request_failures_total", "The number of times the health check failed.");
}
