namespace ClusterDns.Plugins.Kubernetes.Api.Http;

/// <summary>
/// Bounds how often requests are made, by a bucket of tokens, and how many wait for their response to begin. Thread-safe.
/// </summary>
internal sealed class RequestLimiter : IDisposable
{
    private readonly double _perSecond;
    private readonly int _burst;
    private readonly TimeProvider _timeProvider;
    private readonly SemaphoreSlim? _inFlight;
    private readonly Lock _lock = new();
    private double _tokens;
    private long _filled;

    /// <summary>Limits.</summary>
    /// <param name="perSecond">How many tokens come a second; more than 0.</param>
    /// <param name="burst">How many the bucket holds; at least 1.</param>
    /// <param name="maxInFlight">How many requests may wait for a response; 0 for any number.</param>
    /// <param name="timeProvider">The clock.</param>
    public RequestLimiter(double perSecond, int burst, int maxInFlight, TimeProvider timeProvider)
    {
        _perSecond = perSecond;
        _burst = burst;
        _timeProvider = timeProvider;
        _inFlight = maxInFlight > 0 ? new SemaphoreSlim(maxInFlight) : null;
        _tokens = burst;
        _filled = timeProvider.GetTimestamp();
    }

    /// <summary>Waits for a token.</summary>
    /// <param name="cancellationToken">Set when the request is given up; its token is lost.</param>
    /// <returns>How long that took.</returns>
    public async ValueTask<TimeSpan> WaitAsync(CancellationToken cancellationToken)
    {
        TimeSpan wait = Reserve();
        if (wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, _timeProvider, cancellationToken);
        }

        return wait;
    }

    /// <summary>Waits until one more request may be under way.</summary>
    /// <param name="cancellationToken">Set when the request is given up.</param>
    public Task EnterAsync(CancellationToken cancellationToken) => _inFlight?.WaitAsync(cancellationToken) ?? Task.CompletedTask;

    /// <summary>The response has begun, or there is none.</summary>
    public void Leave() => _inFlight?.Release();

    /// <inheritdoc/>
    public void Dispose() => _inFlight?.Dispose();

    /// <summary>Takes a token, which may be one that is still to come: who comes later waits longer.</summary>
    private TimeSpan Reserve()
    {
        lock (_lock)
        {
            long now = _timeProvider.GetTimestamp();
            _tokens = Math.Min(_burst, _tokens + (_timeProvider.GetElapsedTime(_filled, now).TotalSeconds * _perSecond));
            _filled = now;
            _tokens--;
            return _tokens >= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(Math.Min(-_tokens / _perSecond, TimeSpan.FromDays(1).TotalSeconds));
        }
    }
}
