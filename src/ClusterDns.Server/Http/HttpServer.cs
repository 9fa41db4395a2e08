using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using ClusterDns.Core.Execution;
using ClusterDns.Core.Http;
using ClusterDns.Core.Metrics;
using ClusterDns.Server.Listeners;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ClusterDns.Server.Http;

/// <summary>
/// One HTTP server: Kestrel without anything around it, since probes and scrapes need neither routing nor configuration. Its
/// endpoints are behind one reference, so that they can change while it runs.
/// </summary>
internal sealed class HttpServer : IHttpApplication<IFeatureCollection>, IAsyncDisposable
{
    private const int MaxBufferedBytes = 16 * 1024;

    // The kernel doubles these.
    private const int SendBufferSize = 8 * 1024;
    private const int ReceiveBufferSize = 4 * 1024;

    /// <summary>How long a client may take to read a response; Prometheus gives up after 10 s by default.</summary>
    private static readonly TimeSpan ResponsePatience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan ResolvePatience = TimeSpan.FromSeconds(5);

    private readonly KestrelServer _server;
    private readonly OwnPorts _ports;
    private readonly CallbackGuard _guard;
    private readonly List<IPEndPoint> _bound = [];
    private readonly HttpConnections _connections;
    private readonly TimeProvider _timeProvider;
    private readonly Counter _slowReaders;
    private volatile FrozenDictionary<string, Action<HttpExchange>> _handlers;

    private HttpServer(
        HttpAddress address, IPAddress? resolved, FrozenDictionary<string, Action<HttpExchange>> handlers, ListenerServices services)
    {
        Address = address;
        _ports = services.Ports;
        _guard = services.Guard;
        _connections = services.HttpConnections;
        _timeProvider = services.TimeProvider;
        _slowReaders = services.Metrics.Counter(
            "clusterdns_http_slow_readers_total", "Counter of HTTP connections closed because the client did not read its response in time.");
        _handlers = handlers;
        KestrelServerOptions options = new() { AddServerHeader = false };
        options.Limits.MaxRequestBodySize = 0;
        options.Limits.MaxRequestHeadersTotalSize = 8 * 1024;
        options.Limits.MaxRequestBufferSize = MaxBufferedBytes;
        options.Limits.MaxResponseBufferSize = MaxBufferedBytes;
        options.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(5);
        options.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(5);
        Listen(options, address, resolved);
        _server = new KestrelServer(
            Options.Create(options),
            new SocketTransportFactory(
                Options.Create(new SocketTransportOptions { CreateBoundListenSocket = Bind }), services.LoggerFactory),
            services.LoggerFactory);
    }

    /// <summary>Where it was asked to listen.</summary>
    public HttpAddress Address { get; }

    /// <summary>The port it has got.</summary>
    public int Port => new Uri(_server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First()).Port;

    /// <summary>Opens one; when it fails, nothing of it stays.</summary>
    /// <param name="address">Where to listen.</param>
    /// <param name="endpoints">Its endpoints; of several for one path the first counts.</param>
    /// <param name="services">What it shares with the process.</param>
    /// <param name="cancellationToken">Set when the start is given up.</param>
    /// <exception cref="IOException">The address is taken, or none of this host; the message says so.</exception>
    public static async Task<HttpServer> OpenAsync(
        HttpAddress address, IEnumerable<HttpEndpoint> endpoints, ListenerServices services, CancellationToken cancellationToken)
    {
        IPAddress? resolved = await ResolveAsync(address, services, cancellationToken);
        HttpServer server = new(address, resolved, Index(endpoints), services);
        try
        {
            await server._server.StartAsync(server, cancellationToken);
            return server;
        }
        catch (OperationCanceledException)
        {
            await server.DisposeAsync();
            throw;
        }
        catch (Exception exception) when (exception is IOException or System.Net.Sockets.SocketException or UnauthorizedAccessException)
        {
            await server.DisposeAsync();
            string reason = exception.InnerException is AddressInUseException ? "address already in use" : exception.Message;
            throw new IOException($"listen http {address}: {reason}", exception);
        }
    }

    /// <summary>Replaces the endpoints; requests under way end with the old ones.</summary>
    /// <param name="endpoints">The new ones.</param>
    public void Replace(IEnumerable<HttpEndpoint> endpoints) => _handlers = Index(endpoints);

    /// <inheritdoc/>
    public IFeatureCollection CreateContext(IFeatureCollection contextFeatures) => contextFeatures;

    /// <inheritdoc/>
    public async Task ProcessRequestAsync(IFeatureCollection context)
    {
        HttpConnection connection = context.GetRequiredFeature<HttpConnection>();
        connection.Begin();
        try
        {
            await AnswerAsync(context, connection);
        }
        finally
        {
            connection.ReleaseBody();
            connection.End();
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "An exception in a plugin's handler fails one request.")]
    private async Task AnswerAsync(IFeatureCollection context, HttpConnection connection)
    {
        IHttpRequestFeature request = context.GetRequiredFeature<IHttpRequestFeature>();
        IHttpResponseFeature response = context.GetRequiredFeature<IHttpResponseFeature>();
        bool isHead = string.Equals(request.Method, "HEAD", StringComparison.Ordinal);
        if (!_handlers.TryGetValue(request.Path, out Action<HttpExchange>? handler))
        {
            response.StatusCode = 404;
            return;
        }

        if (!isHead && !string.Equals(request.Method, "GET", StringComparison.Ordinal))
        {
            response.StatusCode = 405;
            response.Headers.Allow = "GET, HEAD";
            return;
        }

        using HttpBody body = new(connection.TryReserve);
        HttpExchange exchange = new(request.Headers.Accept.ToString(), body);
        try
        {
            handler(exchange);
        }
        catch (Exception exception)
        {
            _guard.Report("http_handler", exception);
            response.StatusCode = 500;
            return;
        }

        if (body.IsCut)
        {
            response.StatusCode = 503;
            response.Headers.RetryAfter = "10";
            return;
        }

        response.StatusCode = exchange.Status;
        response.Headers.ContentType = exchange.ContentType;
        response.Headers.ContentLength = body.Length;
        if (!isHead)
        {
            await SendAsync(body, context.GetRequiredFeature<IHttpResponseBodyFeature>().Writer, connection);
        }
    }

    /// <summary>Sends a body as the client reads it, and closes the connection of one that does not.</summary>
    private async Task SendAsync(HttpBody body, PipeWriter writer, HttpConnection connection)
    {
        using CancellationTokenSource patience = new(ResponsePatience, _timeProvider);
        try
        {
            foreach (ReadOnlyMemory<byte> chunk in body.Chunks)
            {
                await writer.WriteAsync(chunk, patience.Token);
            }
        }
        catch (OperationCanceledException)
        {
            _slowReaders.Add();
            connection.Abort();
        }
    }

    /// <inheritdoc/>
    public void DisposeContext(IFeatureCollection context, Exception? exception)
    {
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // Scrapes under way may end, but not hold up the process.
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(1));
        await _server.StopAsync(patience.Token);
        _server.Dispose();
        _bound.ForEach(endpoint => _ports.Remove(ProtocolType.Tcp, endpoint));
        _bound.Clear();
    }

    private Socket Bind(EndPoint endpoint)
    {
        IPEndPoint asked = (IPEndPoint)endpoint;
        Socket socket = StreamListenSocket.Bind(asked, _ports, dualMode: asked.Address.Equals(IPAddress.IPv6Any));
        IPEndPoint bound = (IPEndPoint)socket.LocalEndPoint!;

        // Connections inherit the sizes of their buffers.
        socket.SendBufferSize = SendBufferSize;
        socket.ReceiveBufferSize = ReceiveBufferSize;
        _ports.Add(ProtocolType.Tcp, bound);
        _bound.Add(bound);
        return socket;
    }

    private static FrozenDictionary<string, Action<HttpExchange>> Index(IEnumerable<HttpEndpoint> endpoints)
        => endpoints.DistinctBy(static endpoint => endpoint.Path, StringComparer.Ordinal)
            .ToFrozenDictionary(static endpoint => endpoint.Path, static endpoint => endpoint.Handler, StringComparer.Ordinal);

    /// <summary>The address that a host name stands for: the first of IPv4, else the first; null for what is no such name.</summary>
    private static async Task<IPAddress?> ResolveAsync(HttpAddress address, ListenerServices services, CancellationToken cancellationToken)
    {
        if (address.Host.Length == 0 || IPAddress.TryParse(address.Host, out _) ||
            string.Equals(address.Host, HttpAddress.Localhost, StringComparison.Ordinal))
        {
            return null;
        }

        try
        {
            IPAddress[] found = await services.ResolveHost(address.Host, cancellationToken)
                .WaitAsync(ResolvePatience, services.TimeProvider, cancellationToken);
            return Array.Find(found, static candidate => candidate.AddressFamily == AddressFamily.InterNetwork)
                ?? found.FirstOrDefault()
                ?? throw new IOException($"listen http {address}: host name '{address.Host}' has no address");
        }
        catch (Exception exception) when (exception is SocketException or TimeoutException)
        {
            throw new IOException($"listen http {address}: host name '{address.Host}' cannot be resolved: {exception.Message}", exception);
        }
    }

    private void Listen(KestrelServerOptions options, HttpAddress address, IPAddress? resolved)
    {
        if (address.Host.Length == 0)
        {
            options.ListenAnyIP(address.Port, PlainHttp);
        }
        else if (!string.Equals(address.Host, HttpAddress.Localhost, StringComparison.Ordinal))
        {
            options.Listen(resolved ?? IPAddress.Parse(address.Host), address.Port, PlainHttp);
        }
        else if (address.Port == 0)
        {
            options.Listen(IPAddress.Loopback, 0, PlainHttp);
        }
        else
        {
            options.ListenLocalhost(address.Port, PlainHttp);
        }
    }

    private void PlainHttp(ListenOptions listen)
    {
        listen.Protocols = HttpProtocols.Http1;
        listen.Use(serve => connection => _connections.RunAsync(connection, serve));
    }
}
