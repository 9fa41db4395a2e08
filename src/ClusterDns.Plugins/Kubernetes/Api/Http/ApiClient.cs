using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using ClusterDns.Plugins.Kubernetes.Api.Access;
using ClusterDns.Plugins.Kubernetes.Api.Decoding;

namespace ClusterDns.Plugins.Kubernetes.Api.Http;

/// <summary>Asks an API server. Thread-safe.</summary>
internal sealed class ApiClient : IDisposable
{
    private const int MaxRefusalLength = 64 * 1024;
    private const int MaxMessageLength = 300;

    /// <summary>How long the head of a response may take.</summary>
    private static readonly TimeSpan HeadPatience = TimeSpan.FromSeconds(30);

    private static readonly ProductInfoHeaderValue UserAgent =
        new("ClusterDns", typeof(ApiClient).Assembly.GetName().Version?.ToString(3) ?? "0");

    private readonly IApiAccess _access;
    private readonly RequestLimiter _limiter;
    private readonly Func<TlsMaterial, HttpMessageHandler> _createTransport;
    private readonly TimeProvider _timeProvider;
    private readonly SemaphoreSlim _loggingIn = new(1);
    private HttpMessageInvoker? _transport;
    private TlsMaterial? _tls;

    /// <summary>A client.</summary>
    /// <param name="access">Where the server is, and what lets the client in.</param>
    /// <param name="limiter">Bounds the requests.</param>
    /// <param name="createTransport">Makes what connects.</param>
    /// <param name="metrics">What is counted.</param>
    /// <param name="timeProvider">The clock.</param>
    public ApiClient(
        IApiAccess access,
        RequestLimiter limiter,
        Func<TlsMaterial, HttpMessageHandler> createTransport,
        ApiMetrics metrics,
        TimeProvider timeProvider)
    {
        _access = access;
        _limiter = limiter;
        _createTransport = createTransport;
        _timeProvider = timeProvider;
        Metrics = metrics;
    }

    /// <summary>What is counted.</summary>
    public ApiMetrics Metrics { get; }

    /// <summary>Asks for a list, which the rate limit bounds, and whose duration is counted to the end of its body.</summary>
    /// <param name="pathAndQuery">What is asked for.</param>
    /// <param name="cancellationToken">Set when it is given up.</param>
    /// <exception cref="HttpRequestException">The server is not reached, or breaks off.</exception>
    /// <exception cref="IOException">The server breaks off.</exception>
    /// <exception cref="TimeoutException">The response does not begin.</exception>
    /// <exception cref="ApiAccessException">The client has nothing to be let in with.</exception>
    public async Task<ApiReply> ListAsync(string pathAndQuery, CancellationToken cancellationToken)
    {
        TimeSpan waited = await _limiter.WaitAsync(cancellationToken);
        return await GetAsync(pathAndQuery, waited, cancellationToken);
    }

    /// <summary>Asks for a watch, which no rate limit keeps waiting.</summary>
    /// <inheritdoc cref="ListAsync"/>
    public Task<ApiReply> WatchAsync(string pathAndQuery, CancellationToken cancellationToken)
        => GetAsync(pathAndQuery, waited: null, cancellationToken);

    /// <summary>Makes what gives up a quiet body.</summary>
    /// <param name="patience">How long nothing may come.</param>
    /// <param name="cancellationToken">Set when the body is given up for another reason.</param>
    public QuietGuard CreateGuard(TimeSpan patience, CancellationToken cancellationToken) => new(patience, _timeProvider, cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        _transport?.Dispose();
        _limiter.Dispose();
        _loggingIn.Dispose();
    }

    private async Task<ApiReply> GetAsync(string pathAndQuery, TimeSpan? waited, CancellationToken cancellationToken)
    {
        long start = _timeProvider.GetTimestamp();
        (HttpMessageInvoker transport, ApiLogin login) = await LogInAsync(wasRefused: false, cancellationToken);
        string host = login.Host;
        if (waited is { } wait)
        {
            Metrics.CountWait(host, wait);
        }

        HttpResponseMessage response = await SendAsync(transport, login, pathAndQuery, cancellationToken);
        if (response.StatusCode == HttpStatusCode.Unauthorized)
        {
            // What is known of the client may have expired a moment ago; what is new decides.
            response.Dispose();
            (transport, login) = await LogInAsync(wasRefused: true, cancellationToken);
            response = await SendAsync(transport, login, pathAndQuery, cancellationToken);
        }

        Stream body = await response.Content.ReadAsStreamAsync(cancellationToken);
        ApiRefusal? refusal = response.StatusCode == HttpStatusCode.OK
            ? null
            : await ReadRefusalAsync(response, body, cancellationToken);
        return new ApiReply(
            response,
            refusal,
            body,
            waited is null ? null : () => Metrics.CountDuration(host, _timeProvider.GetElapsedTime(start)));
    }

    private async ValueTask<(HttpMessageInvoker Transport, ApiLogin Login)> LogInAsync(bool wasRefused, CancellationToken cancellationToken)
    {
        await _loggingIn.WaitAsync(cancellationToken);
        try
        {
            ApiLogin login = await _access.LogInAsync(wasRefused, cancellationToken);
            if (_transport is null || !ReferenceEquals(login.Tls, _tls))
            {
                // Requests on the old connections continue; they close when they are idle.
                _transport = new HttpMessageInvoker(_createTransport(login.Tls));
                _tls = login.Tls;
            }

            return (_transport, login);
        }
        finally
        {
            _loggingIn.Release();
        }
    }

    private async Task<HttpResponseMessage> SendAsync(
        HttpMessageInvoker transport, ApiLogin login, string pathAndQuery, CancellationToken cancellationToken)
    {
        string host = login.Host;
        using HttpRequestMessage request = new(HttpMethod.Get, login.Server.AbsoluteUri.TrimEnd('/') + pathAndQuery)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        request.Headers.Authorization = login.Authorization;
        request.Headers.UserAgent.Add(UserAgent);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        await _limiter.EnterAsync(cancellationToken);
        using CancellationTokenSource patience = new(HeadPatience, _timeProvider);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            HttpResponseMessage response = await transport.SendAsync(request, either.Token);
            Metrics.CountRequest(host, (int)response.StatusCode);
            return response;
        }
        catch (OperationCanceledException exception) when (patience.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            Metrics.CountRequest(host, null);
            throw new TimeoutException($"{host} did not answer within {HeadPatience.TotalSeconds} s", exception);
        }
        catch (HttpRequestException)
        {
            Metrics.CountRequest(host, null);
            throw;
        }
        finally
        {
            _limiter.Leave();
        }
    }

    private async Task<ApiRefusal> ReadRefusalAsync(HttpResponseMessage response, Stream body, CancellationToken cancellationToken)
    {
        using CancellationTokenSource patience = new(HeadPatience, _timeProvider);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(MaxRefusalLength);
        string message = "";
        try
        {
            int length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, either.Token);
            ReadOnlySpan<byte> text = buffer.AsSpan(0, length);
            message = StatusDecoder.TryRead(text, out ApiStatus status) ? status.Message : Encoding.UTF8.GetString(text).Trim();
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            message = "without a reason in time";
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return new ApiRefusal(
            (int)response.StatusCode,
            message.Length > MaxMessageLength ? message[..MaxMessageLength] : message,
            GetRetryAfter(response.Headers.RetryAfter));
    }

    private TimeSpan GetRetryAfter(RetryConditionHeaderValue? header)
    {
        TimeSpan wait = header?.Delta ?? (header?.Date - _timeProvider.GetUtcNow()) ?? TimeSpan.Zero;
        return wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
    }
}
