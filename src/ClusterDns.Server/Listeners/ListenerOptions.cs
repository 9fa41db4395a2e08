using System.Net;
using ClusterDns.Core.Execution;
using ClusterDns.Core.Memory;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using ClusterDns.Server.Http;
using ClusterDns.Server.Listeners.Tcp;
using ClusterDns.Server.Memory;
using Microsoft.Extensions.Logging;

namespace ClusterDns.Server.Listeners;

/// <summary>Which code moves datagrams.</summary>
internal enum UdpBackendKind
{
    /// <summary>The fastest that works on this system.</summary>
    Automatic,

    /// <summary>recvmmsg and sendmmsg: 64-bit little-endian Linux only.</summary>
    Native,

    /// <summary>The runtime's sockets: everywhere, and slower.</summary>
    Managed,
}

/// <summary>What a listener is asked to be.</summary>
internal sealed record ListenerOptions
{
    /// <summary>The addresses to listen on; empty for every address of every family that the host has.</summary>
    public IReadOnlyList<IPAddress> Addresses { get; init; } = [];

    /// <summary>The port; 0 for one that is free for all addresses and transports.</summary>
    public required int Port { get; init; }

    /// <summary>Whether to take datagrams.</summary>
    public bool Udp { get; init; } = true;

    /// <summary>Whether to take connections.</summary>
    public bool Tcp { get; init; } = true;

    /// <summary>How many threads serve datagrams; null for one a processor, at most <see cref="MaxDefaultWorkers"/>.</summary>
    public int? Workers { get; init; }

    /// <summary>Which code moves datagrams.</summary>
    public UdpBackendKind Backend { get; init; }

    /// <summary>How long a connection may take to deliver a message that it has begun.</summary>
    public TimeSpan ReadTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long a client may leave its answers unread.</summary>
    public TimeSpan WriteTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a connection may rest between queries.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How many queries of one connection may be in flight; the next one is read when one is answered.</summary>
    public int MaxQueriesPerConnection { get; init; } = 128;

    /// <summary>After how many queries a connection is closed, once they are answered; 0 for never.</summary>
    public int MaxConnectionQueries { get; init; }

    /// <summary>The same with the options that server blocks set.</summary>
    /// <param name="set">The options.</param>
    public ListenerOptions With(ListenerOptionSet set)
    {
        ConnectionLimits? limits = set.Find<ConnectionLimits>();
        return this with
        {
            Workers = set.Find<ListenerWorkers>()?.Count,
            ReadTimeout = limits?.Read ?? ReadTimeout,
            WriteTimeout = limits?.Write ?? WriteTimeout,
            IdleTimeout = limits?.Idle ?? IdleTimeout,
            MaxConnectionQueries = limits?.MaxQueries ?? MaxConnectionQueries,
        };
    }

    /// <summary>The most workers that a listener has unless <see cref="Workers"/> says more.</summary>
    public const int MaxDefaultWorkers = 8;

    /// <summary>How many threads serve datagrams.</summary>
    public int EffectiveWorkers => Workers ?? Math.Min(Environment.ProcessorCount, MaxDefaultWorkers);
}

/// <summary>What listeners share with the rest of the process.</summary>
/// <param name="WaitBound">Bounds the queries that wait, of all listeners together.</param>
/// <param name="Metrics">Where drops are counted.</param>
/// <param name="LoggerFactory">Makes loggers.</param>
/// <param name="TimeProvider">The clock of the timeouts.</param>
internal sealed record ListenerServices(
    WaitBound WaitBound, MetricRegistry Metrics, ILoggerFactory LoggerFactory, TimeProvider TimeProvider)
{
    /// <summary>What the process listens on.</summary>
    public OwnPorts Ports { get; } = new();

    /// <summary>The queries that outlive their clients, which the server waits for when it stops; null where there are none.</summary>
    public QueryFactory? Queries { get; init; }

    /// <summary>Starts background work.</summary>
    public CallbackGuard Guard
    {
        get => field ??= new CallbackGuard(Metrics, TimeProvider, LoggerFactory.CreateLogger("callbacks"));
        init;
    }

    /// <summary>What the process may hold in memory.</summary>
    public MemoryBudget Memory { get; init; } = MemoryBudget.CreateUnlimited();

    /// <summary>How many descriptors each use may have.</summary>
    public DescriptorShares Descriptors { get; init; } = DescriptorShares.Unlimited;

    /// <summary>The stream connections of all listeners.</summary>
    public StreamClients StreamClients => LazyInitializer.EnsureInitialized(
        ref field, () => new StreamClients(Memory, Descriptors, new ListenerMetrics(Metrics)));

    /// <summary>The connections of all HTTP servers.</summary>
    public HttpConnections HttpConnections => LazyInitializer.EnsureInitialized(ref field, () => new HttpConnections(
        Descriptors.Http,
        Metrics.Counter("clusterdns_http_connections_closed_total", "Counter of HTTP connections closed to make room for new ones."),
        Memory[MemoryTable.Http]));

    /// <summary>Finds the addresses of a host name.</summary>
    public Func<string, CancellationToken, Task<IPAddress[]>> ResolveHost { get; init; } = Dns.GetHostAddressesAsync;
}
