using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Http;
using ClusterDns.Core.Metrics;
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
    private const string DefaultAddress = "localhost:9153";

    /// <inheritdoc/>
    public override string Name => "prometheus";

    /// <inheritdoc/>
    public override DirectiveRepetition Repetition => DirectiveRepetition.Once;

    /// <inheritdoc/>
    protected override PrometheusOptions? Parse(PluginParseContext context)
    {
        DirectiveReader reader = new(context.Directives[0], context.Diagnostics);
        bool isRight = HttpOption.TryAddress(reader, DefaultAddress, out HttpAddress address);
        bool runtimeMetrics = false;
        foreach (DirectiveSyntax option in reader.Directive.Block)
        {
            if (string.Equals(option.Name.Text, "runtime_metrics", StringComparison.Ordinal))
            {
                runtimeMetrics = true;
                isRight &= reader.For(option).ExpectArguments(0, 0, "runtime_metrics");
            }
            else
            {
                reader.UnknownOption(option, ["runtime_metrics"]);
                isRight = false;
            }
        }

        return isRight ? new PrometheusOptions(address, runtimeMetrics) : null;
    }

    /// <inheritdoc/>
    protected override void Build(PrometheusOptions options, PluginBuildContext context)
    {
        if (options.RuntimeMetrics)
        {
            LogRuntimeMetrics(context.LoggerFactory.CreateLogger("plugin/prometheus"));
        }

        QueryMetrics metrics = new(context.Metrics, context.TimeProvider);
        ProcessMetrics process = new(context.Metrics, context.Files);
        context.OnServed = block =>
        {
            foreach (string name in context.LinkNames)
            {
                string[] labels = [block.Server, block.Zone, block.View, name];
                context.Resources.Get(string.Join('\n', labels), () => new PluginEnabled(context.Metrics, labels));
            }
        };
        context.UnroutedObserver = metrics;
        context.AddObserver(metrics);
        context.AddHttpEndpoint(new HttpEndpoint(options.Address, Path, exchange =>
        {
            bool openMetrics = AcceptHeader.PrefersOpenMetrics(exchange.Accept);
            exchange.ContentType = openMetrics ? MetricText.OpenMetricsType : MetricText.PrometheusType;
            process.Read();
            MetricText.Write(context.Metrics.Families, openMetrics, exchange.Body);
        }));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "runtime_metrics has no effect: there is no Go runtime to measure")]
    private static partial void LogRuntimeMetrics(ILogger logger);
}
