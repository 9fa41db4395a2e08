using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.IO.Pipelines;
using ClusterDns.Plugins.Common;
using ClusterDns.Plugins.Kubernetes.Api.Access;
using ClusterDns.Plugins.Kubernetes.Api.Decoding;
using ClusterDns.Plugins.Kubernetes.Api.Http;
using Microsoft.Extensions.Logging;

namespace ClusterDns.Plugins.Kubernetes.Api.Watching;

/// <summary>
/// Keeps the index in step with one kind of objects: lists them once, by a watch that begins with what is there or else in pages, and
/// watches from then on. Whatever breaks off is resumed from the last version; what cannot be resumed is listed again, while the index
/// keeps what it has.
/// </summary>
internal sealed class Reflector
{
    /// <summary>How many objects a page has.</summary>
    public const int PageLength = 500;

    /// <summary>How long a watch may say nothing: it says at least once a minute that it is there.</summary>
    public static readonly TimeSpan WatchPatience = TimeSpan.FromSeconds(135);

    /// <summary>How long a watch may pause before its initial list is complete.</summary>
    public static readonly TimeSpan InitialPatience = TimeSpan.FromSeconds(30);

    /// <summary>How often a watch may be malformed at one version before everything is listed again.</summary>
    private const int MaxMalformed = 3;

    /// <summary>A watch is asked to last so many seconds, and up to twice as long.</summary>
    private const int WatchSeconds = 300;

    private readonly ObjectFeed _feed;
    private readonly ApiClient _client;
    private readonly ClusterHistory _history;
    private readonly TimeProvider _timeProvider;
    private readonly RandomSequence _random;
    private readonly Backoff _backoff;
    private readonly string _selector;
    private readonly ReflectorLog _log;
    private readonly Action _onListed;
    private readonly Action<string> _onDropped;
    private HistoryEpoch? _epoch;
    private string _version = "";
    private long? _established;
    private bool _wasListed;
    private bool _listsInPages;
    private bool _watchListIsRefused;
    private int _malformed;
    private int _initialEvents;
    private volatile string _problem = "not listed yet";

    /// <summary>A reflector.</summary>
    /// <param name="feed">The kind.</param>
    /// <param name="client">Asks the server.</param>
    /// <param name="history">The cluster's history.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="random">Spreads waits.</param>
    /// <param name="logger">Logs failures.</param>
    /// <param name="onListed">Called when everything is listed, and when the kind is given up.</param>
    public Reflector(
        ObjectFeed feed,
        ApiClient client,
        ClusterHistory history,
        TimeProvider timeProvider,
        RandomSequence random,
        ILogger logger,
        Action onListed)
    {
        _feed = feed;
        _client = client;
        _history = history;
        _timeProvider = timeProvider;
        _random = random;
        _backoff = new Backoff(random);
        _selector = feed.Selector.Length > 0 ? "&" + feed.Selector : "";
        _log = new ReflectorLog(logger, feed);
        _onListed = onListed;
        _onDropped = reason =>
        {
            client.Metrics.CountDropped(feed.Resource, reason);
            _log.Dropped(reason);
        };
    }

    /// <summary>Why the kind has not been listed, as <c>RESOURCE: REASON</c>; empty once it has been, or where answers do not need it.</summary>
    public string Problem => _problem.Length == 0 ? "" : $"{_feed.Resource}: {_problem}";

    /// <summary>Called when an attempt to list has failed.</summary>
    public Action OnFailed { get; init; } = static () => { };

    /// <summary>Runs until it is stopped.</summary>
    /// <param name="stopping">Stops it.</param>
    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            HistoryEpoch epoch = _history.Current;
            if (!ReferenceEquals(epoch, _epoch))
            {
                _epoch = epoch;
                _version = "";
            }

            using CancellationTokenSource giveUp = CancellationTokenSource.CreateLinkedTokenSource(stopping, epoch.Ended);
            _established = null;
            AttemptEnd end = await TryAsync(epoch, giveUp.Token);
            if (stopping.IsCancellationRequested)
            {
                return;
            }

            if (end.Outcome == AttemptOutcome.Forbidden && !_feed.IsEssential && !_wasListed)
            {
                _feed.MarkUnavailable();
                _problem = "";
                _onListed();
            }
            else if (end.Outcome is AttemptOutcome.Failed or AttemptOutcome.Forbidden && !_wasListed)
            {
                _problem = end.Reason;
                OnFailed();
            }

            _log.Ended(in end);
            TimeSpan lived = _established is { } since ? _timeProvider.GetElapsedTime(since) : TimeSpan.Zero;
            await WaitAsync(_backoff.Next(in end, lived, _feed.IsEssential), epoch, stopping);
        }
    }

    private async Task WaitAsync(TimeSpan wait, HistoryEpoch epoch, CancellationToken stopping)
    {
        // Another reflector may find out meanwhile that the history is another one; but who has just ended for that waits.
        bool hasEnded = epoch.Ended.IsCancellationRequested;
        using CancellationTokenSource wake = CancellationTokenSource.CreateLinkedTokenSource(
            stopping, hasEnded ? CancellationToken.None : epoch.Ended);
        await Task.Delay(wait, _timeProvider, wake.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    [SuppressMessage("Design", "CA1031", Justification = "A bug that one object triggers must not end the watch for all others.")]
    private async Task<AttemptEnd> TryAsync(HistoryEpoch epoch, CancellationToken giveUp)
    {
        try
        {
            return await RunOnceAsync(epoch, giveUp);
        }
        catch (OperationCanceledException) when (giveUp.IsCancellationRequested)
        {
            return new AttemptEnd(AttemptOutcome.Rebuilt);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or TimeoutException or ApiAccessException)
        {
            return new AttemptEnd(AttemptOutcome.Failed, Describe(exception));
        }
        catch (Exception exception)
        {
            _log.Bug(exception);
            return new AttemptEnd(AttemptOutcome.Failed, exception.Message);
        }
    }

    /// <summary>Of a connection that fails, the outer exception says only that it does.</summary>
    private static string Describe(Exception exception)
        => (exception is HttpRequestException ? exception.GetBaseException() : exception).Message;

    private async Task<AttemptEnd> RunOnceAsync(HistoryEpoch epoch, CancellationToken giveUp)
    {
        if (_version.Length > 0)
        {
            if (await _history.CheckAsync(_client, _feed.Path, _version, giveUp) is { } refusal)
            {
                return End(in refusal);
            }

            if (epoch.Ended.IsCancellationRequested)
            {
                return new AttemptEnd(AttemptOutcome.Rebuilt);
            }
        }
        else if (_listsInPages && await ListAsync(giveUp) is { } end)
        {
            return end;
        }

        return await WatchAsync(giveUp);
    }

    private async Task<AttemptEnd?> ListAsync(CancellationToken giveUp)
    {
        _feed.BeginRelist();
        ListHead head = new("", "");
        ListPages pages = new();
        do
        {
            string page = string.Create(CultureInfo.InvariantCulture, $"{_feed.Path}?limit={PageLength}{_selector}");
            await using ApiReply reply = await _client.ListAsync(
                head.Continue.Length > 0 ? $"{page}&continue={Uri.EscapeDataString(head.Continue)}" : page, giveUp);
            if (reply.Refusal is { } refusal)
            {
                return End(in refusal);
            }

            using QuietGuard quiet = _client.CreateGuard(QuietGuard.ListPatience, giveUp);
            ListReader reader = new(_feed, _onDropped);
            if (await quiet.ReadAsync(reader, reply.Body) is not { } read)
            {
                return new AttemptEnd(AttemptOutcome.Failed, reader.Problem);
            }

            head = read;
            if (pages.Add(in head, reader.Items) is { } problem)
            {
                return new AttemptEnd(AttemptOutcome.Failed, problem);
            }
        }
        while (head.Continue.Length > 0);

        _listsInPages = _watchListIsRefused;
        SetListed(head.Version);
        return null;
    }

    private async Task<AttemptEnd> WatchAsync(CancellationToken giveUp)
    {
        bool isInitial = _version.Length == 0;
        string from = isInitial
            ? "resourceVersionMatch=NotOlderThan&sendInitialEvents=true"
            : "resourceVersion=" + Uri.EscapeDataString(_version);
        await using ApiReply reply = await _client.WatchAsync(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{_feed.Path}?watch=true&allowWatchBookmarks=true&timeoutSeconds={WatchSeconds + _random.Below(WatchSeconds)}&{from}{_selector}"),
            giveUp);
        if (reply.Refusal is { } refusal)
        {
            // A server that cannot begin a watch with what is there says that the request is wrong.
            if (isInitial && refusal.Code is 400 or 422)
            {
                _watchListIsRefused = true;
                _listsInPages = true;
                return new AttemptEnd(AttemptOutcome.OtherWay);
            }

            return End(in refusal);
        }

        _established = _timeProvider.GetTimestamp();
        if (isInitial)
        {
            _initialEvents = 0;
            _feed.BeginRelist();
        }
        else
        {
            _log.Works();
        }

        using QuietGuard quiet = _client.CreateGuard(isInitial ? InitialPatience : WatchPatience, giveUp);
        return await ReadWatchAsync(reply.Body, quiet, isInitial);
    }

    private async Task<AttemptEnd> ReadWatchAsync(PipeReader body, QuietGuard quiet, bool isInitial)
    {
        WatchLines lines = new();
        while (true)
        {
            ReadResult read;
            try
            {
                read = await quiet.ReadAsync(body);
            }
            catch (TimeoutException) when (isInitial)
            {
                // Something in between may hold back what the server says: pages come to an end.
                _listsInPages = true;
                throw;
            }

            ReadOnlySequence<byte> buffer = read.Buffer;
            while (lines.TryTake(ref buffer, out ReadOnlySequence<byte> line))
            {
                if (Handle(in line, ref isInitial, quiet) is { } end)
                {
                    return end;
                }
            }

            if (lines.TakeOversized())
            {
                _onDropped("oversized");
            }

            bool endsWithin = buffer.Length > 0;
            body.AdvanceTo(buffer.Start, buffer.End);
            if (read.IsCompleted)
            {
                return endsWithin ? EndMalformed("the watch ended within an event")
                    : isInitial ? new AttemptEnd(AttemptOutcome.Failed, "the watch ended before its initial list was complete")
                    : new AttemptEnd(AttemptOutcome.Closed);
            }
        }
    }

    private AttemptEnd? Handle(in ReadOnlySequence<byte> line, ref bool isInitial, QuietGuard quiet)
    {
        if (line.IsEmpty)
        {
            return null;
        }

        if (isInitial && ++_initialEvents > ListReader.MaxItems)
        {
            _listsInPages = true;
            return new AttemptEnd(AttemptOutcome.Failed, $"the initial list of the watch does not end: more than {ListReader.MaxItems} events");
        }

        if (!WatchEventReader.TryRead(in line, _feed, _feed.Strings, out WatchEvent watchEvent))
        {
            return EndMalformed("the watch sent data that is not an event");
        }

        if (watchEvent.WasDropped)
        {
            _onDropped("unreadable");
        }

        if (watchEvent.Kind == WatchEventKind.Error)
        {
            _version = "";
            return watchEvent.Status.Code == 410
                ? new AttemptEnd(AttemptOutcome.Expired)
                : new AttemptEnd(AttemptOutcome.Failed, $"{watchEvent.Status.Code} {watchEvent.Status.Message}", watchEvent.Status.RetryAfter);
        }

        // What is there at the beginning comes in no order of versions.
        if (isInitial)
        {
            if (watchEvent.EndsInitialEvents)
            {
                isInitial = false;
                quiet.SetPatience(WatchPatience);
                SetListed(watchEvent.Version);
            }
        }
        else if (watchEvent.Version.Length > 0)
        {
            _version = watchEvent.Version;
            _malformed = 0;
        }

        return null;
    }

    private void SetListed(string version)
    {
        _version = version;
        _wasListed = true;
        _problem = "";
        _feed.EndRelist();
        _log.Works();
        _onListed();
    }

    /// <summary>Transient corruption disappears on resume; if the same event stays unreadable, everything has to be listed again.</summary>
    private AttemptEnd EndMalformed(string reason)
    {
        if (++_malformed >= MaxMalformed)
        {
            _malformed = 0;
            _version = "";
        }

        return new AttemptEnd(AttemptOutcome.Failed, reason);
    }

    private AttemptEnd End(in ApiRefusal refusal)
    {
        string reason = refusal.ToString();
        switch (refusal.Code)
        {
            case 410:
                _version = "";
                return new AttemptEnd(AttemptOutcome.Expired, reason, refusal.RetryAfter);
            case 403 or 404:
                return new AttemptEnd(AttemptOutcome.Forbidden, reason, refusal.RetryAfter);
            default:
                return new AttemptEnd(AttemptOutcome.Failed, reason, refusal.RetryAfter);
        }
    }
}
