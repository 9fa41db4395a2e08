using ClusterDns.Core.Metrics;

namespace ClusterDns.Plugins.Prometheus;

/// <summary>Shows that a plugin is on in a zone of a listener, for as long as a configuration has it on there.</summary>
internal sealed class PluginEnabled : IDisposable
{
    private readonly GaugeFamily _enabled;
    private readonly string[] _labels;

    /// <summary>Begins to show it.</summary>
    /// <param name="registry">The process's metrics.</param>
    /// <param name="labels">Server, zone, view and the plugin's name.</param>
    public PluginEnabled(MetricRegistry registry, string[] labels)
    {
        _enabled = registry.Gauges(
            "coredns_plugin_enabled", "A metric that indicates whether a plugin is enabled on per server and zone basis.", "server", "zone", "view", "name");
        _labels = labels;
        _enabled.With(labels).Value = 1;
    }

    /// <inheritdoc/>
    public void Dispose() => _enabled.Remove(_labels);
}
