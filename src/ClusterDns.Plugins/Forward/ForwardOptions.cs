using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Wire;

namespace ClusterDns.Plugins.Forward;

/// <summary>In which order upstreams are asked.</summary>
public enum ForwardPolicy
{
    /// <summary>Beginning with any of them.</summary>
    Random,

    /// <summary>Beginning with the one after the last query's first.</summary>
    RoundRobin,

    /// <summary>As they are in the Corefile.</summary>
    Sequential,
}

/// <summary>The options of the forward plugin: one for each occurrence in a server block.</summary>
/// <param name="Stanzas">In the Corefile's order.</param>
public sealed record ForwardOptions(IReadOnlyList<ForwardStanza> Stanzas);

/// <summary>One <c>forward</c> of a server block.</summary>
public sealed record ForwardStanza
{
    /// <summary>The names that are forwarded.</summary>
    public required Zone From { get; init; }

    /// <summary>The upstreams: addresses, or files like resolv.conf.</summary>
    public required IReadOnlyList<Token> To { get; init; }

    /// <summary>Names below these are not forwarded.</summary>
    public IReadOnlyList<Zone> Except { get; init; } = [];

    /// <summary>Whether upstreams are asked over TCP even where the client asked over UDP.</summary>
    public bool ForceTcp { get; init; }

    /// <summary>Whether upstreams are asked over UDP even where the client asked over TCP; what is truncated is asked over TCP.</summary>
    public bool PreferUdp { get; init; }

    /// <summary>How long a connection to an upstream may rest.</summary>
    public TimeSpan Expire { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a socket or connection to an upstream is used; zero for as long as it works.</summary>
    public TimeSpan MaxAge { get; init; }

    /// <summary>How long one upstream may take.</summary>
    public TimeSpan ReadTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>More failed health checks in a row than this make an upstream count as down; 0 for never.</summary>
    public int MaxFails { get; init; } = 2;

    /// <summary>How many attempts a query gets that fail; null for two for each upstream, 0 for no bound but the time.</summary>
    public int? MaxAttempts { get; init; }

    /// <summary>In which order upstreams are asked.</summary>
    public ForwardPolicy Policy { get; init; }

    /// <summary>How long to wait between health checks of an upstream that has failed; zero for no health checks.</summary>
    public TimeSpan HealthCheckInterval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Whether a health check asks for recursion.</summary>
    public bool HealthCheckRecursion { get; init; } = true;

    /// <summary>The name whose NS records a health check asks for, in wire form.</summary>
    public ReadOnlyMemory<byte> HealthCheckName { get; init; } = new byte[] { 0 };

    /// <summary>How many queries may be under way; further ones are refused. 0 for no bound.</summary>
    public int MaxConcurrent { get; init; }

    /// <summary>Response codes with which the next forward of the server block is asked.</summary>
    public IReadOnlyList<ResponseCode> Next { get; init; } = [];

    /// <summary>Whether the next forward of the server block is asked when an answer has no records.</summary>
    public bool NextOnNoData { get; init; }

    /// <summary>Response codes with which the next upstream is asked.</summary>
    public IReadOnlyList<ResponseCode> Failover { get; init; } = [];

    /// <summary>Whether queries fail at once when all upstreams are down; else any of them is asked.</summary>
    public bool FailFast { get; init; }
}
