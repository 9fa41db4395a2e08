using System.Buffers;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Http;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using ClusterDns.Plugins.Common;
using Microsoft.Extensions.Logging;

namespace ClusterDns.Plugins.Health;

/// <summary>The options of the health plugin.</summary>
/// <param name="Address">Where it answers.</param>
/// <param name="Lameduck">How long the server goes on answering after it was told to stop.</param>
/// <param name="LameduckText">The same as the Corefile has it.</param>
public sealed record HealthOptions(HttpAddress Address, TimeSpan Lameduck, string LameduckText);

/// <summary>Says over HTTP that the process is alive.</summary>
public sealed class HealthPlugin : Plugin<HealthOptions>
{
    private const string Path = "/health";
    private const int DefaultPort = 8080;

    /// <inheritdoc/>
    public override string Name => "health";

    /// <inheritdoc/>
    public override DirectiveRepetition Repetition => DirectiveRepetition.All;

    /// <inheritdoc/>
    public override void DeclareMetrics(MetricRegistry metrics) => _ = new HealthMetrics(metrics);

    /// <inheritdoc/>
    protected override HealthOptions? Parse(PluginParseContext context)
    {
        // Given twice in a block, the later directive says what it says, and what it does not say stays.
        HealthOptions options = new(new HttpAddress("", DefaultPort), TimeSpan.Zero, "");
        bool isRight = true;
        foreach (DirectiveSyntax directive in context.Directives)
        {
            isRight &= TryRead(new DirectiveReader(directive, context.Diagnostics), ref options);
        }

        return isRight ? options : null;
    }

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

    private static bool TryRead(DirectiveReader reader, ref HealthOptions options)
    {
        bool isRight = HttpOption.TryAddress(reader, options.Address.ToString(), out HttpAddress address);
        if (isRight)
        {
            options = options with { Address = address };
        }

        foreach (DirectiveSyntax option in reader.Directive.Block)
        {
            if (!string.Equals(option.Name.Text, "lameduck", StringComparison.Ordinal))
            {
                reader.UnknownOption(option, ["lameduck"]);
                isRight = false;
                continue;
            }

            DirectiveReader optionReader = reader.For(option);
            TimeSpan lameduck = TimeSpan.Zero;
            isRight &= optionReader.ExpectArguments(1, 1, "lameduck DURATION") &&
                optionReader.TryDurationFromZero(option.Arguments[0], out lameduck);
            options = options with { Lameduck = lameduck, LameduckText = option.Arguments.Count > 0 ? option.Arguments[0].Text : "" };
        }

        return isRight;
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
