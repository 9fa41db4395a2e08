using System.Net;
using System.Net.Sockets;
using ClusterDns.Server.Listeners.Tcp;
using ClusterDns.Server.Listeners.Udp;
using ClusterDns.Server.Serving;
using Microsoft.Extensions.Logging;

namespace ClusterDns.Server.Listeners;

/// <summary>
/// Takes plain DNS on one port, over UDP and TCP, on one or more addresses. It is opened first, so that everything that can
/// fail has failed before anything is served; meanwhile clients queue.
/// </summary>
internal sealed class DnsListener : IAsyncDisposable
{
    private const int MaxPortTries = 64;

    private readonly ListenerCore _core;
    private readonly IUdpTransport? _udp;
    private readonly TcpTransport? _tcp;
    private bool _stopped;

    private DnsListener(ListenerOptions options, ListenerCore core, IReadOnlyList<IPAddress> addresses)
    {
        _core = core;
        Options = options;
        List<IPEndPoint> endpoints = [];
        try
        {
            int port = options.Port;
            if (options.Tcp)
            {
                // Two processes cannot both have a TCP port, whatever they do with UDP: so it comes first.
                _tcp = new TcpTransport(options, core);
                foreach (IPAddress address in addresses)
                {
                    IPEndPoint endpoint = _tcp.Listen(new IPEndPoint(address, port));
                    port = endpoint.Port;
                    endpoints.Add(endpoint);
                }
            }
            else
            {
                port = port == 0 ? FindPort(addresses[0]) : port;
                endpoints.AddRange(addresses.Select(address => new IPEndPoint(address, port)));
            }

            if (options.Udp)
            {
                _udp = UdpBackends.Get(options.Backend).Open(endpoints, options.EffectiveWorkers, core);
            }
        }
        catch
        {
            _tcp?.Dispose();
            throw;
        }

        BoundEndpoints = endpoints;
        ForEachPort(core.Ports.Add);
    }

    /// <summary>What the listener was asked to be.</summary>
    public ListenerOptions Options { get; private set; }

    /// <summary>Where it listens, with the port it has got.</summary>
    public IReadOnlyList<IPEndPoint> BoundEndpoints { get; }

    /// <summary>What serves the queries. May be replaced while queries come in; each is served whole by the one or the other.</summary>
    public IQueryPipeline Pipeline
    {
        get => _core.Pipeline;
        set => _core.Pipeline = value;
    }

    /// <summary>How many of the listener's queries wait for something outside the process.</summary>
    public int WaitingQueries => _core.Waiting.Count;

    /// <summary>How many threads serve datagrams.</summary>
    public int Workers => _udp?.Workers ?? 0;

    /// <summary>How many TCP connections are open.</summary>
    public int Connections => _tcp?.Count ?? 0;

    /// <summary>How many TCP queries hold a context.</summary>
    public int LentTcpQueries => _tcp?.Queries.Lent ?? 0;

    /// <summary>Opens all sockets of a listener, or none.</summary>
    /// <param name="options">What it is to be.</param>
    /// <param name="services">What it shares with the process.</param>
    /// <exception cref="ListenException">It cannot be; the message says why.</exception>
    public static DnsListener Open(ListenerOptions options, ListenerServices services)
    {
        ListenerCore core = new(services, services.LoggerFactory.CreateLogger("listener"));
        IReadOnlyList<IPAddress> addresses = ListenAddresses.Resolve(
            options.Addresses,
            ListenAddresses.TryFamily,
            (address, reason) => core.LogFamilyMissing(new IPEndPoint(address, options.Port).ToString(), reason));
        for (int tries = 1; ; tries++)
        {
            try
            {
                return new DnsListener(options, core, addresses);
            }
            catch (ListenException failure) when (
                options.Port == 0 && failure.SocketErrorCode == SocketError.AddressAlreadyInUse && tries < MaxPortTries)
            {
                // The port that one address and transport got is taken on another: the next try gets another.
            }
        }
    }

    /// <summary>Begins to serve.</summary>
    /// <param name="pipeline">What serves the queries.</param>
    public void Start(IQueryPipeline pipeline)
    {
        _core.Pipeline = pipeline;
        _udp?.Start();
        _tcp?.Start();
    }

    /// <summary>
    /// Makes the listener ready for other options, addresses and port apart: what can fail is done here. Workers that are to join
    /// serve from now on.
    /// </summary>
    /// <param name="options">What it is to be.</param>
    /// <exception cref="ListenException">A socket cannot be opened; the listener is as it was.</exception>
    public void Prepare(ListenerOptions options) => _udp?.Grow(options.EffectiveWorkers);

    /// <summary>Takes over other options, addresses and port apart: connections keep to them at once, and workers that are too many leave.</summary>
    /// <param name="options">What it is to be; <see cref="Prepare"/> has been called, or fewer workers are wanted.</param>
    /// <returns>Completes when all workers that leave have answered what they took.</returns>
    public Task ChangeAsync(ListenerOptions options)
    {
        Options = options;
        _tcp?.Change(options);
        return _udp?.ShrinkAsync(options.EffectiveWorkers) ?? Task.CompletedTask;
    }

    /// <summary>
    /// Stops: takes no more queries, answers those that had arrived and those that wait, and closes. What is not answered when
    /// the time is over is lost.
    /// </summary>
    /// <param name="deadline">Set when the time is over.</param>
    public async Task StopAsync(CancellationToken deadline)
    {
        if (_stopped)
        {
            return;
        }

        _stopped = true;
        Task receiving = _udp?.StopReceivingAsync() ?? Task.CompletedTask;
        Task connections = _tcp?.StopAsync() ?? Task.CompletedTask;
        await Task.WhenAll(receiving, connections).WaitAsync(deadline).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _core.Waiting.WhenEmptyAsync().WaitAsync(deadline).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _tcp?.Dispose();

        // A worker never waits for anything but datagrams, so this ends even when no time is left.
        await receiving;
        _udp?.Dispose();
        ForEachPort(_core.Ports.Remove);
    }

    /// <summary>Stops without waiting for answers.</summary>
    public async ValueTask DisposeAsync() => await StopAsync(new CancellationToken(canceled: true));

    private void ForEachPort(Action<ProtocolType, IPEndPoint> action)
    {
        foreach (IPEndPoint endpoint in BoundEndpoints)
        {
            if (_tcp is not null)
            {
                action(ProtocolType.Tcp, endpoint);
            }

            if (_udp is not null)
            {
                action(ProtocolType.Udp, endpoint);
            }
        }
    }

    private static int FindPort(IPAddress address)
    {
        using Socket probe = new(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        probe.Bind(new IPEndPoint(address, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }
}
