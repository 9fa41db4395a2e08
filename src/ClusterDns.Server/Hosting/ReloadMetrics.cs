using ClusterDns.Core.Metrics;

namespace ClusterDns.Server.Hosting;

/// <summary>What is counted of reloads.</summary>
/// <param name="registry">The process's metrics.</param>
internal sealed class ReloadMetrics(MetricRegistry registry)
{
    private const string Algorithm = "sha512";

    private readonly GaugeFamily _version = registry.Gauges(
        "coredns_reload_version_info", "A metric with a constant '1' value labeled by hash, and value which type of hash generated.", "hash", "value");

    private string? _current;

    /// <summary>Configurations that could not be taken over.</summary>
    public Counter Failed { get; } = registry.Counter("coredns_reload_failed_total", "Counter of the number of failed reload attempts.");

    /// <summary>Shows which configuration runs.</summary>
    /// <param name="contentHash">The SHA-512 of the Corefile and its imports.</param>
    public void Show(string contentHash)
    {
        if (_current is not null)
        {
            _version.Remove(Algorithm, _current);
        }

        _current = contentHash;
        _version.With(Algorithm, contentHash).Value = 1;
    }
}
