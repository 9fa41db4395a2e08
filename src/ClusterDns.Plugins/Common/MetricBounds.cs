namespace ClusterDns.Plugins.Common;

/// <summary>Bounds of histograms that several plugins share.</summary>
internal static class MetricBounds
{
    /// <summary>CoreDNS's for durations: 0.00025 s, doubling, 16 of them.</summary>
    public static readonly double[] Durations = [.. Enumerable.Range(0, 16).Select(static i => 0.00025 * (1 << i))];
}
