using System.Runtime.CompilerServices;
using ClusterDns.Core.Wire;

namespace ClusterDns.Core.Upstreams;

/// <summary>
/// Datagrams first. A query is asked over a stream where it is too long for a datagram, where somebody may be guessing replies
/// (RFC 5452 section 9.3) and, if so configured, where the reply is truncated (RFC 7766 section 5). Where the server does not answer over
/// streams, a query whose replies are doubtful is asked by datagrams again, a bounded number of times: a doubtful reply is never used.
/// </summary>
/// <param name="datagrams">The channel that is asked first.</param>
/// <param name="stream">The channel that is asked where the first does not suffice.</param>
/// <param name="retriesTruncated">Whether a truncated reply is asked for again.</param>
/// <param name="timeProvider">The clock.</param>
public sealed class UdpFirstChannel(
    IUpstreamChannel datagrams, IUpstreamChannel stream, bool retriesTruncated, TimeProvider timeProvider) : IUpstreamChannel
{
    /// <summary>How often a query is asked by datagrams again because the replies were doubtful. Each time is another chance for a forger.</summary>
    internal const int MaxRepeats = 4;

    /// <summary>The pause before the first repeat; it doubles. Ports that were given up are replaced meanwhile, at most 50 a second.</summary>
    internal static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);

    private readonly StreamAvailability _availability = new(timeProvider);

    /// <inheritdoc/>
    public int MaxQueryLength => stream.MaxQueryLength;

    /// <inheritdoc/>
    public ValueTask<UpstreamOutcome> AskAsync(UpstreamQuery query)
        => query.Length > datagrams.MaxQueryLength ? stream.AskAsync(query) : AskBothAsync(query);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<UpstreamOutcome> AskBothAsync(UpstreamQuery query)
    {
        long start = timeProvider.GetTimestamp();
        UpstreamOutcome first = await datagrams.AskAsync(query);
        if (first.Status == UpstreamStatus.Suspicious)
        {
            return await AskAfterDoubtAsync(query, first, start);
        }

        return IsTruncated(in first) ? await AskForWholeAsync(query, first, start) : first;
    }

    private async ValueTask<UpstreamOutcome> AskForWholeAsync(UpstreamQuery query, UpstreamOutcome truncated, long start)
    {
        TimeSpan elapsed = timeProvider.GetElapsedTime(start);
        TimeSpan left = query.TotalTimeout - elapsed;
        if (left <= TimeSpan.Zero)
        {
            return truncated;
        }

        UpstreamFallback fallback = new(true, CodeOf(truncated.Reply!), elapsed);
        truncated.Reply!.Release();
        return await AskStreamAsync(query, left) with { Fallback = fallback };
    }

    private async ValueTask<UpstreamOutcome> AskAfterDoubtAsync(UpstreamQuery query, UpstreamOutcome doubtful, long start)
    {
        UpstreamOutcome last = doubtful;
        for (int repeats = 0; ; repeats++)
        {
            TimeSpan elapsed = timeProvider.GetElapsedTime(start);
            if (elapsed >= query.TotalTimeout)
            {
                return last;
            }

            if (_availability.TryUse())
            {
                last = await AskStreamAsync(query, query.TotalTimeout - elapsed) with { Fallback = new UpstreamFallback(true, null, elapsed) };
                if (last.Status == UpstreamStatus.Answered)
                {
                    return last;
                }
            }

            TimeSpan pause = FirstPause * (1 << repeats);
            if (repeats == MaxRepeats || query.Asker is { IsAbandoned: true } || query.TotalTimeout - timeProvider.GetElapsedTime(start) <= pause)
            {
                return last;
            }

            await Task.Delay(pause, timeProvider);
            last = await datagrams.AskAsync(WithTime(query, query.TotalTimeout - timeProvider.GetElapsedTime(start)));
            if (last.Status != UpstreamStatus.Suspicious)
            {
                return IsTruncated(in last) ? await AskForWholeAsync(query, last, start) : last;
            }
        }
    }

    private async ValueTask<UpstreamOutcome> AskStreamAsync(UpstreamQuery query, TimeSpan left)
    {
        long start = timeProvider.GetTimestamp();
        UpstreamOutcome outcome = await stream.AskAsync(WithTime(query, left));
        _availability.Note(in outcome, start);
        return outcome;
    }

    private static UpstreamQuery WithTime(in UpstreamQuery query, TimeSpan left)
        => query with { Timeout = left < query.Timeout ? left : query.Timeout };

    private bool IsTruncated(in UpstreamOutcome outcome)
        => retriesTruncated && outcome.Reply is { } reply &&
            DnsHeader.TryRead(reply.Message.AsSpan(0, reply.Length), out DnsHeader header) && header.Flags.HasFlag(HeaderFlags.Truncated);

    private static ResponseCode CodeOf(UpstreamReply reply) => (ResponseCode)(reply.Message[3] & 15);
}
