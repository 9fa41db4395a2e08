using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Upstreams;

namespace ClusterDns.Testing;

/// <summary>What a <see cref="Block"/> runs with, beside its Corefile.</summary>
public sealed record BlockSettings
{
    /// <summary>Adds plugins to those of this version; null adds none.</summary>
    public Action<PluginList>? Plugins { get; init; }

    /// <summary>The files that plugins see; empty by default.</summary>
    public InMemoryFiles Files { get; init; } = new();

    /// <summary>Makes upstreams; by default no upstream can be reached.</summary>
    public IUpstreamFactory Upstreams { get; init; } = new NoUpstreams();

    /// <summary>The seed of the plugins' randomness.</summary>
    public int Seed { get; init; } = 42;
}
