using System.Net;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Http;
using ClusterDns.Core.Pipeline;

namespace ClusterDns.Serving;

/// <summary>A whole configuration, ready to run.</summary>
/// <param name="Listeners">What to listen on, and what serves there.</param>
/// <param name="Services">What runs beside the queries, in the order of starting.</param>
/// <param name="Debug">Whether a block has the debug plugin, so that debug lines are written.</param>
/// <param name="HttpEndpoints">What is answered over HTTP.</param>
internal sealed record ServerModel(
    IReadOnlyList<ListenerModel> Listeners, IReadOnlyList<IHostService> Services, bool Debug, IReadOnlyList<HttpEndpoint> HttpEndpoints);

/// <summary>One place to listen on.</summary>
/// <param name="Place">Transport, address and port.</param>
/// <param name="Settings">What the blocks ask of the listener.</param>
/// <param name="Zones">The zones served there, in the Corefile's order.</param>
/// <param name="Pipeline">What serves the queries.</param>
internal sealed record ListenerModel(
    ListenerPlace Place, ListenerSettings Settings, IReadOnlyList<Zone> Zones, IQueryPipeline Pipeline);

/// <summary>Where a listener listens.</summary>
/// <param name="Transport">How queries come.</param>
/// <param name="Address">The address; null for all.</param>
/// <param name="Port">The port; 0 lets the system pick one.</param>
internal sealed record ListenerPlace(Transport Transport, IPAddress? Address, int Port)
{
    /// <summary>The listener's name as CoreDNS writes it in metrics and logs, like <c>dns://:53</c>.</summary>
    public override string ToString()
        => $"{Transport.Scheme()}://{(Address is null ? $":{Port}" : new IPEndPoint(Address, Port).ToString())}";
}
