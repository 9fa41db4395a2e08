using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Execution;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Upstreams;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Common;
using Microsoft.Extensions.Logging;

namespace ClusterDns.Plugins.LoopDetection;

/// <summary>
/// Asks each upstream, at start, for a name that nobody else knows. Where that query comes back to this server, the upstream forwards
/// to it, and so would every other query: that upstream is taken out, and where none is left the process stops.
/// </summary>
internal sealed partial class LoopProbe : IHostService, IDisposable
{
    private const int MaxTries = 15;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    private readonly IReadOnlyList<IForwardTarget> _targets;
    private readonly Zone _zone;
    private readonly Action _requestStop;
    private readonly CounterFamily _detected;
    private readonly TimeProvider _timeProvider;
    private readonly CallbackGuard _guard;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<byte[], IForwardTarget> _names = new(DomainNameComparer.Instance);
    private readonly ConcurrentDictionary<byte[], IForwardTarget>.AlternateLookup<ReadOnlySpan<byte>> _namesBySpan;
    private readonly ConcurrentDictionary<IForwardTarget, bool> _looping = new();
    private readonly CancellationTokenSource _stopping = new();
    private Task _probing = Task.CompletedTask;

    /// <summary>A probe.</summary>
    /// <param name="targets">The block's upstreams; complete when the block is built.</param>
    /// <param name="zone">The zone below which the names are.</param>
    /// <param name="requestStop">Stops the process.</param>
    /// <param name="metrics">Where loops are counted.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="guard">Runs the probes.</param>
    /// <param name="logger">Logs loops.</param>
    public LoopProbe(
        IReadOnlyList<IForwardTarget> targets,
        Zone zone,
        Action requestStop,
        MetricRegistry metrics,
        TimeProvider timeProvider,
        CallbackGuard guard,
        ILogger logger)
    {
        _targets = targets;
        _zone = zone;
        _requestStop = requestStop;
        _detected = metrics.Counters("clusterdns_loop_detected_total", "Counter of upstreams that forward back to this server.", "to");
        _timeProvider = timeProvider;
        _guard = guard;
        _logger = logger;
        _namesBySpan = _names.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    /// <summary>Completes when all upstreams have been asked.</summary>
    public Task Completion => _probing;

    /// <inheritdoc/>
    public ValueTask StartAsync(CancellationToken cancellationToken)
    {
        // The listeners serve when all services have started, so the probes run beside that.
        _probing = Task.WhenAll(_targets.Select(target => _guard.Run("loop_probe", () => ProbeAsync(target))));
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public async ValueTask StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _probing;
        Dispose();
    }

    /// <inheritdoc/>
    public void Dispose() => _stopping.Dispose();

    /// <summary>Whether a query is a probe that came back; if so, its upstream is taken out.</summary>
    /// <param name="context">The query.</param>
    public bool TryTake(Query context)
    {
        if (!_namesBySpan.TryGetValue(context.Name, out IForwardTarget? target))
        {
            return false;
        }

        if (_looping.TryAdd(target, true))
        {
            target.TakeOut();
            _detected.With(target.Address).Add();
            string client = context.Remote.ToString();
            string query = DomainName.ToText(context.Name);
            if (_looping.Count < _targets.Count)
            {
                LogLoop(client, context.Route.Server, _zone.Text, target.Address, query);
            }
            else
            {
                LogLastLoop(client, context.Route.Server, _zone.Text, target.Address, query);
                _requestStop();
            }
        }

        return true;
    }

    private async Task ProbeAsync(IForwardTarget target)
    {
        byte[] name = CreateName();
        byte[] query = Question.Create(name, RecordType.HINFO, recursion: true);
        _names[name] = target;
        for (int tries = 0; tries < MaxTries && !_stopping.IsCancellationRequested; tries++)
        {
            UpstreamOutcome outcome = await target.Channel.AskAsync(new UpstreamQuery(query, Timeout));
            outcome.Reply?.Release();
            if (outcome.Status == UpstreamStatus.Answered)
            {
                break;
            }

            if (outcome.Status == UpstreamStatus.Failed)
            {
                await Task.Delay(Timeout, _timeProvider, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        // A probe has no business here any more; whoever saw its name shall not take the upstream out with it.
        _names.TryRemove(name, out _);
    }

    private byte[] CreateName()
    {
        ulong first = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
        ulong second = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
        string labels = string.Create(CultureInfo.InvariantCulture, $"{first}.{second}");
        return DomainName.Parse(_zone.Text.Length == 1 ? labels + "." : $"{labels}.{_zone.Text}");
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Loop ({Client} -> {Server}) detected for zone \"{Zone}\": upstream {Upstream} forwards to this server and is no longer used. Query: \"HINFO {Query}\"")]
    private partial void LogLoop(string client, string server, string zone, string upstream, string query);

    [LoggerMessage(Level = LogLevel.Critical, Message = "Loop ({Client} -> {Server}) detected for zone \"{Zone}\": upstream {Upstream} forwards to this server, and no other upstream is left. Query: \"HINFO {Query}\"")]
    private partial void LogLastLoop(string client, string server, string zone, string upstream, string query);
}
