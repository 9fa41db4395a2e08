using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Http;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Options;
using ClusterDns.Core.Pipeline;
using ClusterDns.Plugins.Common;
using Microsoft.Extensions.Logging;

namespace ClusterDns.Plugins.Prometheus;

/// <summary>The options of the prometheus plugin.</summary>
/// <param name="Address">Where metrics are to be had.</param>
/// <param name="RuntimeMetrics">Whether the Corefile asks for the metrics of Go's runtime, which there is none of.</param>
public sealed record PrometheusOptions(HttpAddress Address, bool RuntimeMetrics);

/// <summary>Counts queries, and shows all metrics over HTTP.</summary>
public sealed partial class PrometheusPlugin : Plugin<PrometheusOptions>
{
    private const string Path = "/metrics";

    /// <inheritdoc/>
    public override string Name => "prometheus";

    /// <inheritdoc/>
    public override DirectiveRepetition Repetition => DirectiveRepetition.Once;

    /// <inheritdoc/>
    protected override IOptionsReader<PrometheusOptions> Options { get; } = new OptionsReader<PrometheusOptions>(
        new PrometheusOptions(new HttpAddress(HttpAddress.Localhost, 9153), RuntimeMetrics: false))
        .Optional(Values.HttpAddress("localhost:9153"), static (options, address) => options with { Address = address })
        .Flag("runtime_metrics", static options => options with { RuntimeMetrics = true });

    /// <inheritdoc/>
    protected override void Build(PrometheusOptions options, BlockBuilder builder)
    {
        PluginEnvironment environment = builder.Environment;
        if (options.RuntimeMetrics)
        {
            LogRuntimeMetrics(environment.Loggers.CreateLogger("plugin/prometheus"));
        }

        QueryMetrics metrics = new(environment.Metrics, environment.Time);
        ProcessMetrics process = new(environment.Metrics, environment.Files);
        builder.Offer(new UnroutedObserver(metrics));
        builder.Observe(wiring =>
        {
            ShowPlugins(wiring);
            return metrics;
        });
        builder.Offer(new HttpEndpoint(options.Address, Path, exchange =>
        {
            bool openMetrics = AcceptHeader.PrefersOpenMetrics(exchange.Accept);
            exchange.ContentType = openMetrics ? MetricText.OpenMetricsType : MetricText.PrometheusType;
            process.Read();
            MetricText.Write(environment.Metrics.Families, openMetrics, exchange.Body);
        }));
    }

    private static void ShowPlugins(BlockWiring wiring)
    {
        foreach (RouteInfo route in wiring.Routes)
        {
            foreach (string name in wiring.Plugins)
            {
                string[] labels = [route.Server, route.Zone, route.View, name];
                wiring.Resources.Get(string.Join('\n', labels), () => new PluginEnabled(wiring.Environment.Metrics, labels));
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "runtime_metrics has no effect: there is no Go runtime to measure")]
    private static partial void LogRuntimeMetrics(ILogger logger);
}
