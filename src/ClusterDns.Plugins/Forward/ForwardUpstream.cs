using ClusterDns.Core.Execution;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Upstreams;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Common;

namespace ClusterDns.Plugins.Forward;

/// <summary>
/// An upstream and its health: after a failure it is checked again and again until it answers. Configurations with equal options share it,
/// so that a reload neither closes sockets nor forgets who is down.
/// </summary>
internal sealed class ForwardUpstream : IDisposable
{
    private static readonly TimeSpan CheckTimeout = TimeSpan.FromSeconds(1);

    private readonly UpstreamOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly CallbackGuard _guard;
    private readonly byte[] _question;
    private readonly FailureTexts _failures;
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationToken _stopped;
    private readonly Lock _lock = new();
    private Task _checking = Task.CompletedTask;
    private int _fails;

    /// <summary>An upstream.</summary>
    /// <param name="options">Where it is, and how it is asked and checked.</param>
    /// <param name="factory">Makes upstreams.</param>
    /// <param name="registry">The process's metrics.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="guard">Runs the checks.</param>
    public ForwardUpstream(UpstreamOptions options, IUpstreamFactory factory, MetricRegistry registry, TimeProvider timeProvider, CallbackGuard guard)
    {
        Upstream = factory.Open(options.Endpoint, options.Expire, options.MaxAge);
        Address = options.Endpoint.ToString();
        Metrics = new UpstreamMetrics(registry, Address);
        _stopped = _stopping.Token;
        _options = options;
        _timeProvider = timeProvider;
        _guard = guard;
        _failures = new FailureTexts(Address);
        _question = Question.Create(DomainName.Parse(options.HealthCheckName), RecordType.NS, options.HealthCheckRecursion);
    }

    /// <summary>The upstream.</summary>
    public IUpstream Upstream { get; }

    /// <summary>Its address and port.</summary>
    public string Address { get; }

    /// <summary>How health checks, and queries that came as datagrams, go to it.</summary>
    public IUpstreamChannel Channel => _options.ForceTcp ? Upstream.Stream : Upstream.Udp;

    /// <summary>What is counted.</summary>
    public UpstreamMetrics Metrics { get; }

    /// <summary>Whether it has failed more checks in a row than are forgiven.</summary>
    public bool IsDown => _options.MaxFails > 0 && Volatile.Read(ref _fails) > _options.MaxFails;

    /// <summary>Why the last query to it failed, for a person.</summary>
    /// <param name="outcome">How the query ended.</param>
    /// <param name="timeout">How long it was allowed to take.</param>
    public string Explain(in UpstreamOutcome outcome, TimeSpan timeout) => _failures.Get(in outcome, timeout);

    /// <summary>Begins to check it, unless that is under way.</summary>
    public void Suspect()
    {
        if (_options.MaxFails == 0 || _options.HealthCheckInterval == TimeSpan.Zero || !_checking.IsCompleted)
        {
            return;
        }

        lock (_lock)
        {
            if (_checking.IsCompleted && !_stopped.IsCancellationRequested)
            {
                _checking = _guard.Run("forward_health_check", CheckAsync);
            }
        }
    }

    /// <summary>Stops checking, and closes what is open to it when that is at rest.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _stopping.Cancel();
        }

        _stopping.Dispose();
        Upstream.Dispose();
    }

    private async Task CheckAsync()
    {
        while (!_stopped.IsCancellationRequested)
        {
            // Where somebody forges replies the channel asks again over TCP, so a forger cannot take the upstream down.
            UpstreamOutcome outcome = await Channel.AskAsync(
                new UpstreamQuery(_question, CheckTimeout) { TotalTimeout = 2 * CheckTimeout, IsProbe = true });
            outcome.Reply?.Release();

            // Whatever it answered, it is there: an upstream that knows nothing of the name is not to blame for that.
            if (outcome.Status == UpstreamStatus.Answered)
            {
                Volatile.Write(ref _fails, 0);
                return;
            }

            Interlocked.Increment(ref _fails);
            Metrics.HealthCheckFailed();
            await Task.Delay(_options.HealthCheckInterval, _timeProvider, _stopped).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
