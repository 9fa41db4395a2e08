using ClusterDns.Core.Execution;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Upstreams;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Common;
using Microsoft.Extensions.Logging;

namespace ClusterDns.Plugins.Transfer;

/// <summary>
/// Notifies secondaries of zones (RFC 1996): at start, and when a zone has changed. It looks every <see cref="Period"/>, so that a cluster
/// that changes all the time is not transferred all the time.
/// </summary>
internal sealed partial class ZoneNotifier : IHostService, IDisposable
{
    /// <summary>How often it looks.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    private const int MaxTries = 3;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    private readonly IReadOnlyList<IZoneSource> _sources;
    private readonly TransferRules _rules;
    private readonly IUpstreamFactory _upstreams;
    private readonly TimeProvider _timeProvider;
    private readonly CallbackGuard _guard;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private IReadOnlyList<NotifiedZone> _zones = [];
    private ITimer? _timer;
    private volatile bool _stopping;

    /// <summary>A notifier.</summary>
    /// <param name="sources">The zones.</param>
    /// <param name="rules">The servers to notify.</param>
    /// <param name="upstreams">Makes ways to the secondaries.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="guard">Starts the timer, and watches what is sent.</param>
    /// <param name="logger">Logs secondaries that do not answer.</param>
    public ZoneNotifier(
        IReadOnlyList<IZoneSource> sources,
        TransferRules rules,
        IUpstreamFactory upstreams,
        TimeProvider timeProvider,
        CallbackGuard guard,
        ILogger logger)
    {
        _sources = sources;
        _rules = rules;
        _upstreams = upstreams;
        _timeProvider = timeProvider;
        _guard = guard;
        _logger = logger;
    }

    /// <inheritdoc/>
    public ValueTask StartAsync(CancellationToken cancellationToken)
    {
        _zones = [.. _sources.Select(Create).Where(static zone => zone.Secondaries.Count > 0)];
        _timer = _guard.CreateTimer("transfer_notify", static notifier => notifier.Look(), this, Period, Period);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public async ValueTask StopAsync(CancellationToken cancellationToken)
    {
        _stopping = true;
        _timer?.Dispose();
        Task sending;
        lock (_lock)
        {
            sending = Task.WhenAll(_zones.Select(static zone => zone.Sending));
        }

        await sending.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _timer?.Dispose();
        foreach (IUpstream secondary in _zones.SelectMany(static zone => zone.Secondaries))
        {
            secondary.Dispose();
        }
    }

    private NotifiedZone Create(IZoneSource source)
    {
        IReadOnlyList<NetworkEndpoint> secondaries = _rules.Find(source.Zone.Wire.Span)?.Secondaries ?? [];
        return new NotifiedZone(source, [.. secondaries.Select(endpoint => _upstreams.Open(endpoint, Period, TimeSpan.Zero))]);
    }

    private void Look()
    {
        lock (_lock)
        {
            foreach (NotifiedZone zone in _stopping ? [] : _zones)
            {
                // While the serial's second lasts the zone may change again under it.
                uint serial = zone.Source.Serial;
                if (zone.Source.IsReady &&
                    serial != zone.Notified &&
                    serial == ZoneSerial.GetSettled(zone.Source, _timeProvider) &&
                    zone.Sending.IsCompleted)
                {
                    zone.Notified = serial;
                    zone.Sending = _guard.ObserveAsync("transfer_notify", () => NotifyAsync(zone));
                }
            }
        }
    }

    private Task NotifyAsync(NotifiedZone zone)
    {
        byte[] message = CreateMessage(zone.Source.Zone.Wire.Span);
        return Task.WhenAll(zone.Secondaries.Select(secondary => NotifyAsync(zone.Source.Zone.Text, message, secondary)));
    }

    private async Task NotifyAsync(string zone, byte[] message, IUpstream secondary)
    {
        string address = secondary.Endpoint.ToString();
        string reason = "";
        for (int tries = 0; tries < MaxTries && !_stopping; tries++)
        {
            UpstreamOutcome outcome = await secondary.Udp.AskAsync(new UpstreamQuery(message, Timeout));
            ResponseCode? code = outcome.Reply is { } reply && DnsHeader.TryRead(reply.Message.AsSpan(0, reply.Length), out DnsHeader header)
                ? header.ResponseCode
                : null;
            outcome.Reply?.Release();
            if (code == ResponseCode.NoError)
            {
                LogSent(zone, address);
                return;
            }

            reason = code is { } refused ? $"rcode was {ResponseCodes.ToText(refused)}" : outcome.Status == UpstreamStatus.TimedOut ? "no reply" : "unreachable";
        }

        if (!_stopping)
        {
            LogNotAccepted(zone, address, reason);
        }
    }

    /// <summary>The message (RFC 1996 section 3.7); its ID is 0, and is replaced on its way.</summary>
    private static byte[] CreateMessage(ReadOnlySpan<byte> zone)
    {
        byte[] message = Question.Create(zone, RecordType.SOA, recursion: false);
        new DnsHeader { Flags = HeaderFlags.AuthoritativeAnswer, Opcode = Opcode.Notify, QuestionCount = 1 }.Write(message);
        return message;
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Sent notify for zone \"{Zone}\" to {Secondary}")]
    private partial void LogSent(string zone, string secondary);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Notify for zone \"{Zone}\" was not accepted by {Secondary}: {Reason}")]
    private partial void LogNotAccepted(string zone, string secondary, string reason);

    /// <summary>A zone with its secondaries.</summary>
    private sealed class NotifiedZone(IZoneSource source, IReadOnlyList<IUpstream> secondaries)
    {
        public IZoneSource Source => source;

        public IReadOnlyList<IUpstream> Secondaries => secondaries;

        /// <summary>The serial of the last notification; null before the first.</summary>
        public uint? Notified { get; set; }

        /// <summary>What is being sent.</summary>
        public Task Sending { get; set; } = Task.CompletedTask;
    }
}
