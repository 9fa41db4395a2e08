using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Resources;

namespace ClusterDns.Server.Serving;

/// <summary>What a configuration is built from beside its Corefile.</summary>
/// <param name="Plugins">The plugins that it may use, complete.</param>
/// <param name="Process">What the process gives to plugins.</param>
internal sealed record ServerEnvironment(PluginList Plugins, PluginEnvironment Process)
{
    /// <summary>What configurations hand on from one to the next.</summary>
    public SharedResources Resources { get; } = new();
}
