using ClusterDns.Core.Metrics;
using ClusterDns.Core.Resources;

namespace ClusterDns.Plugins.Prometheus;

/// <summary>Shows that a plugin is on in a zone of a listener, for as long as a configuration that serves has it on there.</summary>
/// <param name="registry">The process's metrics.</param>
/// <param name="labels">Server, zone, view and the plugin's name.</param>
internal sealed class PluginEnabled(MetricRegistry registry, string[] labels) : ISharedResource
{
    private readonly GaugeFamily _enabled = registry.Gauges(
        "coredns_plugin_enabled", "A metric that indicates whether a plugin is enabled on per server and zone basis.", "server", "zone", "view", "name");

    /// <inheritdoc/>
    public void Start() => _enabled.With(labels).Value = 1;

    /// <inheritdoc/>
    public void Dispose() => _enabled.Remove(labels);
}
