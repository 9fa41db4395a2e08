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
    private const string DefaultAddress = ":8080";

    /// <inheritdoc/>
    public override string Name => "health";

    /// <inheritdoc/>
    public override void DeclareMetrics(MetricRegistry metrics) => _ = new HealthMetrics(metrics);

    /// <inheritdoc/>
    protected override HealthOptions? Parse(PluginParseContext context)
    {
        DirectiveReader reader = new(context.Directives[0], context.Diagnostics);
        bool isRight = DirectiveReader.ExpectOnce(context.Directives, context.Diagnostics);
        isRight &= HttpOption.TryAddress(reader, DefaultAddress, out HttpAddress address);
        TimeSpan lameduck = TimeSpan.Zero;
        string lameduckText = "";
        foreach (DirectiveSyntax option in reader.Directive.Block)
        {
            if (string.Equals(option.Name.Text, "lameduck", StringComparison.Ordinal))
            {
                DirectiveReader optionReader = reader.For(option);
                isRight &= optionReader.ExpectArguments(1, 1, "lameduck DURATION") &&
                    optionReader.TryDuration(option.Arguments[0], TimeSpan.Zero, out lameduck);
                lameduckText = option.Arguments.Count > 0 ? option.Arguments[0].Text : "";
            }
            else
            {
                reader.UnknownOption(option, ["lameduck"]);
                isRight = false;
            }
        }

        return isRight ? new HealthOptions(address, lameduck, lameduckText) : null;
    }

    /// <inheritdoc/>
    protected override void Build(HealthOptions options, PluginBuildContext context)
    {
        HealthMetrics metrics = new(context.Metrics);
        context.AddHttpEndpoint(new HttpEndpoint(options.Address, Path, static exchange => exchange.Body.Write("OK"u8)));
        ILogger logger = context.LoggerFactory.CreateLogger("plugin/health");
        context.AddService(new Lameduck(options.Lameduck, options.LameduckText, context.TimeProvider, logger));
        if (options.Address.Port != 0)
        {
            context.AddService(new HealthCheck(options.Address, Path, metrics, context.TimeProvider, logger));
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
