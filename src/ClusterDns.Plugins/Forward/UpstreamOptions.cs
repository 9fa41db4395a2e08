using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;

namespace ClusterDns.Plugins.Forward;

/// <summary>Everything that an upstream and its health are made of; compared by value.</summary>
internal sealed record UpstreamOptions
{
    /// <summary>Where it is.</summary>
    public required NetworkEndpoint Endpoint { get; init; }

    /// <summary>How long a connection may rest.</summary>
    public required TimeSpan Expire { get; init; }

    /// <summary>How long a socket or connection is used for new queries; zero for as long as it works.</summary>
    public required TimeSpan MaxAge { get; init; }

    /// <summary>More failed health checks in a row than this make it count as down; 0 for never.</summary>
    public required int MaxFails { get; init; }

    /// <summary>How long to wait between health checks; zero for none.</summary>
    public required TimeSpan HealthCheckInterval { get; init; }

    /// <summary>Whether a health check asks for recursion.</summary>
    public required bool HealthCheckRecursion { get; init; }

    /// <summary>The name whose NS records a health check asks for.</summary>
    public required string HealthCheckName { get; init; }

    /// <summary>Whether it is asked over TCP even where clients ask over UDP.</summary>
    public required bool ForceTcp { get; init; }

    /// <summary>The options of an upstream.</summary>
    /// <param name="endpoint">Where it is.</param>
    /// <param name="stanza">What the Corefile says.</param>
    public static UpstreamOptions Of(NetworkEndpoint endpoint, ForwardStanza stanza) => new()
    {
        Endpoint = endpoint,
        Expire = stanza.Expire,
        MaxAge = stanza.MaxAge,
        MaxFails = stanza.MaxFails,
        HealthCheckInterval = stanza.HealthCheckInterval,
        HealthCheckRecursion = stanza.HealthCheckRecursion,
        HealthCheckName = DomainName.ToText(stanza.HealthCheckName.Span),
        ForceTcp = stanza.ForceTcp,
    };
}
