using System.Net;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Http;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Resources;

namespace ClusterDns.Server.Serving;

/// <summary>A whole configuration, ready to run. Disposing one that is not to run, or no more, releases its resources.</summary>
internal sealed record ServerModel : IDisposable
{
    /// <summary>What to listen on, and what serves there.</summary>
    public required IReadOnlyList<ListenerModel> Listeners { get; init; }

    /// <summary>What runs beside the queries, in the order of starting.</summary>
    public required IReadOnlyList<IHostService> Services { get; init; }

    /// <summary>What is answered over HTTP.</summary>
    public required IReadOnlyList<HttpEndpoint> HttpEndpoints { get; init; }

    /// <summary>What it shares with the configurations before and after it.</summary>
    public required ResourceScope Resources { get; init; }

    /// <summary>The SHA-512 of the Corefile and its imports, as hexadecimal digits.</summary>
    public required string ContentHash { get; init; }

    /// <summary>How many directives the server blocks have.</summary>
    public int Directives { get; init; }

    /// <summary>Whether a block has the debug plugin, so that debug lines are written.</summary>
    public bool Debug { get; init; }

    /// <summary>How often the Corefile is looked at for changes; null for never.</summary>
    public ReloadSettings? Reload { get; init; }

    /// <inheritdoc/>
    public void Dispose() => Resources.Dispose();
}

/// <summary>One place to listen on.</summary>
/// <param name="Place">Transport, address and port.</param>
/// <param name="Settings">The options that the blocks set.</param>
/// <param name="Zones">The zones served there, in the Corefile's order.</param>
/// <param name="Pipeline">What serves the queries.</param>
internal sealed record ListenerModel(
    ListenEndpoint Place, ListenerOptionSet Settings, IReadOnlyList<Zone> Zones, IQueryPipeline Pipeline);

/// <summary>Where a listener listens.</summary>
/// <param name="Transport">How queries come.</param>
/// <param name="Address">The address; null for all.</param>
/// <param name="Port">The port; 0 lets the system pick one.</param>
internal sealed record ListenEndpoint(Transport Transport, IPAddress? Address, int Port)
{
    /// <summary>The listener's name as CoreDNS writes it in metrics and logs, like <c>dns://:53</c>.</summary>
    public override string ToString()
        => $"{Transport.Scheme()}://{(Address is null ? $":{Port}" : new IPEndPoint(Address, Port).ToString())}";
}
