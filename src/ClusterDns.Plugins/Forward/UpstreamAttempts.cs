using System.Runtime.CompilerServices;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Upstreams;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Forward.Sharing;

namespace ClusterDns.Plugins.Forward;

/// <summary>Asks the upstreams of a *forward*, one after the other until one answers.</summary>
internal sealed class UpstreamAttempts
{
    /// <summary>How long upstreams are asked for one query at most.</summary>
    public static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan RoundPause = TimeSpan.FromMilliseconds(100);

    private readonly ForwardStanza _options;
    private readonly ForwardTarget[] _targets;
    private readonly UpstreamSelector _selector;
    private readonly ForwardMetrics _metrics;
    private readonly TimeProvider _timeProvider;
    private readonly MalformedReplyLog _malformed;
    private readonly bool _isBeforeAnother;
    private readonly int _round;
    private readonly int _maxAttempts;
    private readonly long _maxTime;

    /// <summary>Attempts at some upstreams.</summary>
    /// <param name="options">The options.</param>
    /// <param name="targets">The upstreams, at least one.</param>
    /// <param name="selector">Says which to begin with.</param>
    /// <param name="metrics">What is counted.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="malformed">Reports replies that are malformed.</param>
    /// <param name="isBeforeAnother">Whether another *forward* is below, which may be asked next.</param>
    public UpstreamAttempts(
        ForwardStanza options,
        ForwardTarget[] targets,
        UpstreamSelector selector,
        ForwardMetrics metrics,
        TimeProvider timeProvider,
        MalformedReplyLog malformed,
        bool isBeforeAnother)
    {
        _options = options;
        _targets = targets;
        _selector = selector;
        _metrics = metrics;
        _timeProvider = timeProvider;
        _malformed = malformed;
        _isBeforeAnother = isBeforeAnother;
        _round = 2 * targets.Length;
        _maxAttempts = options.MaxAttempts ?? _round;
        _maxTime = (long)MaxTime.TotalSeconds * timeProvider.TimestampFrequency;
    }

    /// <summary>Asks until there is an answer or no more hope; whether the next forward is to be asked.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> AskAsync(Query query, Flight flight)
    {
        long roundStart = _timeProvider.GetTimestamp();
        long end = roundStart + _maxTime;
        if (query.Deadline != 0)
        {
            end = Math.Min(end, query.Deadline);
        }

        int index = _selector.First();
        int attempts = 0;
        int failovers = 0;
        UpstreamOutcome last = default;
        TimeSpan lastTimeout = default;
        ForwardUpstream? lastAsked = null;
        ForwardUpstream? faulty = null;
        while (true)
        {
            TimeSpan left = TimeUntil(end);
            if (left <= TimeSpan.Zero && end < flight.End && flight.Followers > 0)
            {
                // The time of the client that began is over, but others follow.
                end = flight.End;
                left = TimeUntil(end);
            }

            if (left <= TimeSpan.Zero || flight.IsAbandoned || (_maxAttempts > 0 && attempts >= _maxAttempts))
            {
                break;
            }

            if (_maxAttempts == 0 && attempts > 0 && attempts % _round == 0)
            {
                // Attempts without a bound must not become a loop without a pause where each fails at once.
                if (_timeProvider.GetElapsedTime(roundStart) < RoundPause)
                {
                    await Task.Delay(RoundPause, _timeProvider);
                }

                roundStart = _timeProvider.GetTimestamp();
            }

            ForwardUpstream? upstream = FindUp(ref index, faulty);
            if (upstream is null && faulty is not null)
            {
                return AnswerMalformed(query);
            }

            if (upstream is null)
            {
                upstream = FindAny();
                if (upstream is null)
                {
                    break;
                }

                _metrics.HealthCheckBroken.Add();
                if (_options.FailFast)
                {
                    break;
                }
            }

            lastAsked = upstream;
            query.Upstream = upstream.Address;
            upstream.Metrics.Asked();
            long start = _timeProvider.GetTimestamp();
            UpstreamQuery upstreamQuery = CreateQuery(flight, left);
            lastTimeout = upstreamQuery.Timeout;
            last = await ChooseChannel(upstream.Upstream, query).AskAsync(upstreamQuery);
            MessageFault fault = Take(query, flight, upstream, last, start);
            bool isMalformed = fault != MessageFault.None;
            if (isMalformed || last.Reply is null)
            {
                if (flight.IsAbandoned)
                {
                    // The exchange was cut short: it says nothing about the upstream.
                    break;
                }

                if (!isMalformed)
                {
                    upstream.Suspect();
                    attempts++;
                }

                // One other upstream is asked once; what is malformed there too, or does not come, does not lead to further attempts.
                if (faulty is not null)
                {
                    return AnswerMalformed(query);
                }

                faulty = isMalformed ? upstream : null;
                continue;
            }

            ResponseCode code = query.Response.Code;
            if (_options.Failover.Count > 0 && _options.Failover.Contains(code) && ++failovers < _targets.Length)
            {
                PutAside(query, flight);
                continue;
            }

            return _isBeforeAnother && (_options.Next.Contains(code) || (_options.NextOnNoData && IsNoData(query.Response)));
        }

        if (flight.IsAbandoned || (IsOver(query) && flight.Followers == 0))
        {
            query.Response.Drop(ForwardHandler.PluginName);
        }
        else
        {
            query.Response.Fail(ForwardHandler.PluginName, ResponseCode.ServFail, lastAsked?.Explain(last, lastTimeout) ?? "no healthy proxies");
        }

        return false;
    }

    /// <summary>Whether the client waits no longer, or the time that it gave is over.</summary>
    public bool IsOver(Query query)
        => query.IsAbandoned || (query.Deadline != 0 && TimeUntil(query.Deadline) <= TimeSpan.Zero);

    /// <summary>Whether a query goes over a stream at once.</summary>
    public bool UsesStream(Query query)
        => _options.ForceTcp || (!_options.PreferUdp && query.Transport != TransportProtocol.Udp);

    /// <summary>Counts an exchange, and takes its reply, where there is one, as the response.</summary>
    /// <returns>What keeps the reply from being taken; <see cref="MessageFault.None"/> where it is taken, or there is none.</returns>
    private MessageFault Take(Query query, Flight flight, ForwardUpstream upstream, in UpstreamOutcome outcome, long start)
    {
        if (outcome.Fallback.Happened)
        {
            upstream.Metrics.FellBack(outcome.Fallback);
        }

        upstream.Metrics.Used(outcome.Protocol == UpstreamProtocol.Tcp, outcome.IsReusedConnection);
        if (outcome.Reply is not { } reply)
        {
            return MessageFault.None;
        }

        MessageFault fault = ReplyReader.Read(query, reply.Message, reply.Length, outcome.Protocol);
        if (fault != MessageFault.None)
        {
            upstream.Metrics.Malformed(fault);
            _malformed.Report(upstream.Address, fault);
            if (fault is not (MessageFault.Additional or MessageFault.Trailing))
            {
                query.Hold(reply);
                return fault;
            }
        }

        flight.Reply = reply;
        flight.Protocol = outcome.Protocol;
        upstream.Metrics.Replied(query.Response.Code, _timeProvider.GetElapsedTime(start) - outcome.Fallback.Elapsed);
        return MessageFault.None;
    }

    /// <summary>A reply is not the answer: the response may point into it until another is loaded.</summary>
    private static void PutAside(Query query, Flight flight)
    {
        query.Hold(flight.Reply!);
        flight.Reply = null;
    }

    /// <summary>SERVFAIL as an answer, which a cache keeps as it keeps that of an upstream.</summary>
    private static bool AnswerMalformed(Query query)
    {
        query.Response.Reset();
        query.Response.Answer(ForwardHandler.PluginName, ResponseCode.ServFail, authoritative: false);
        query.Response.SetExtendedError(0, "the upstream's reply is malformed"u8);
        return false;
    }

    private UpstreamQuery CreateQuery(Flight flight, TimeSpan left)
        => new(flight.Request, left < _options.ReadTimeout ? left : _options.ReadTimeout)
        {
            TotalTimeout = left,
            Asker = flight,
        };

    /// <summary>The next upstream that is neither down nor left out; null when there is none.</summary>
    /// <param name="index">Where to begin; moves behind it.</param>
    /// <param name="faulty">One that is not to be asked again; null for none.</param>
    private ForwardUpstream? FindUp(ref int index, ForwardUpstream? faulty)
    {
        for (int i = 0; i < _targets.Length; i++)
        {
            ForwardTarget target = _targets[index++ % _targets.Length];
            if (!target.IsOut && !target.Shared.IsDown && target.Shared != faulty)
            {
                return target.Shared;
            }
        }

        return null;
    }

    /// <summary>Any upstream that is not left out, down or not: rather than believe that all are down, one of them is asked.</summary>
    private ForwardUpstream? FindAny()
    {
        int first = _selector.Any();
        for (int i = 0; i < _targets.Length; i++)
        {
            ForwardTarget target = _targets[(first + i) % _targets.Length];
            if (!target.IsOut)
            {
                return target.Shared;
            }
        }

        return null;
    }

    private TimeSpan TimeUntil(long timestamp) => _timeProvider.GetElapsedTime(_timeProvider.GetTimestamp(), timestamp);

    private static bool IsNoData(Response response) => response.Code == ResponseCode.NoError && response.Answers.Count == 0;

    private IUpstreamChannel ChooseChannel(IUpstream upstream, Query query)
        => _options.ForceTcp ? upstream.Stream
            : _options.PreferUdp ? upstream.UdpThenStream
            : query.Transport == TransportProtocol.Udp ? upstream.Udp
            : upstream.Stream;
}
