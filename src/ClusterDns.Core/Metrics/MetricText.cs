using System.Buffers;
using System.Globalization;
using System.Text;

namespace ClusterDns.Core.Metrics;

/// <summary>
/// Writes metrics as text: Prometheus' format 0.0.4, or OpenMetrics 1.0. Reading the cells stops nobody from counting.
/// </summary>
public static class MetricText
{
    /// <summary>The media type of Prometheus' own format.</summary>
    public const string PrometheusType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>The media type of OpenMetrics.</summary>
    public const string OpenMetricsType = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    private const string TotalSuffix = "_total";

    /// <summary>How much text is put together before it is written, so that a large family is not in memory twice.</summary>
    private const int PartLength = 8 * 1024;

    /// <summary>Writes all families that have metrics.</summary>
    /// <param name="families">The families, in order.</param>
    /// <param name="openMetrics">Whether as OpenMetrics.</param>
    /// <param name="output">Where to.</param>
    public static void Write(IEnumerable<MetricFamily> families, bool openMetrics, IBufferWriter<byte> output)
    {
        StringBuilder text = new();
        foreach (MetricFamily family in families)
        {
            Metric[] metrics = [.. family.Metrics.OrderBy(static metric => string.Join('\u0001', metric.LabelValues), StringComparer.Ordinal)];
            if (metrics.Length > 0)
            {
                WriteFamily(family, metrics, openMetrics, text, output);
            }

            Flush(text, output);
        }

        if (openMetrics)
        {
            Encoding.UTF8.GetBytes("# EOF\n", output);
        }
    }

    private static void WriteFamily(MetricFamily family, Metric[] metrics, bool openMetrics, StringBuilder text, IBufferWriter<byte> output)
    {
        bool isCounter = family is CounterFamily or GaugeFamily { IsCounter: true };
        string type = isCounter ? "counter" : family is GaugeFamily ? "gauge" : "histogram";

        // OpenMetrics names a counter's family without the suffix of its sample.
        string name = openMetrics && isCounter && family.Name.EndsWith(TotalSuffix, StringComparison.Ordinal)
            ? family.Name[..^TotalSuffix.Length]
            : family.Name;
        text.Append("# HELP ").Append(name).Append(' ').Append(EscapeHelp(family.Help)).Append('\n');
        text.Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
        foreach (Metric metric in metrics)
        {
            if (text.Length >= PartLength)
            {
                Flush(text, output);
            }

            switch (metric)
            {
                case Counter counter:
                    WriteSample(family.Name, family, metric, null, counter.Value, text);
                    break;
                case Gauge gauge:
                    WriteSample(family.Name, family, metric, null, gauge.Value, text);
                    break;
                case Histogram histogram:
                    WriteHistogram(name, family, histogram, text);
                    break;
            }
        }
    }

    private static void Flush(StringBuilder text, IBufferWriter<byte> output)
    {
        Encoding.UTF8.GetBytes(text.ToString(), output);
        text.Clear();
    }

    private static void WriteHistogram(string name, MetricFamily family, Histogram histogram, StringBuilder text)
    {
        long count = 0;
        for (int i = 0; i <= histogram.Bounds.Length; i++)
        {
            count += histogram.GetCount(i);
            string bound = i < histogram.Bounds.Length ? Format(histogram.Bounds[i]) : "+Inf";
            WriteSample(name + "_bucket", family, histogram, bound, count, text);
        }

        WriteSample(name + "_sum", family, histogram, null, histogram.Sum, text);
        WriteSample(name + "_count", family, histogram, null, count, text);
    }

    private static void WriteSample(string name, MetricFamily family, Metric metric, string? bound, double value, StringBuilder text)
    {
        text.Append(name);
        char separator = '{';
        for (int i = 0; i < family.LabelNames.Length; i++)
        {
            text.Append(separator).Append(family.LabelNames[i]).Append("=\"").Append(EscapeValue(metric.LabelValues[i])).Append('"');
            separator = ',';
        }

        if (bound is not null)
        {
            text.Append(separator).Append("le=\"").Append(bound).Append('"');
            separator = ',';
        }

        text.Append(separator == ',' ? "} " : " ").Append(Format(value)).Append('\n');
    }

    private static string Format(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    private static string EscapeHelp(string help)
        => help.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\n", @"\n", StringComparison.Ordinal);

    private static string EscapeValue(string value)
        => EscapeHelp(value).Replace("\"", "\\\"", StringComparison.Ordinal);
}
