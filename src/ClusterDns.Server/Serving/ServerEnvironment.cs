using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Resources;

namespace ClusterDns.Server.Serving;

/// <summary>What a configuration is built from beside its Corefile.</summary>
/// <param name="Plugins">The plugins that are built, by name.</param>
/// <param name="PluginOrder">The names of all plugins, in running order.</param>
/// <param name="Process">What the process gives to plugins.</param>
internal sealed record ServerEnvironment(
    IReadOnlyDictionary<string, IPlugin> Plugins, IReadOnlyList<string> PluginOrder, PluginEnvironment Process)
{
    /// <summary>What configurations hand on from one to the next.</summary>
    public SharedResources Resources { get; } = new();
}
