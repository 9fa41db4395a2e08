using System.Runtime.CompilerServices;
using ClusterDns.Core.Wire;

namespace ClusterDns.Core.Upstreams;

/// <summary>
/// Datagrams first. A query is asked over a stream where it is too long for a datagram, where somebody may be guessing replies
/// (RFC 5452 section 9.3) and, if so configured, where the reply is truncated (RFC 7766 section 5).
/// </summary>
/// <param name="datagrams">The channel that is asked first.</param>
/// <param name="stream">The channel that is asked where the first does not suffice.</param>
/// <param name="retriesTruncated">Whether a truncated reply is asked for again.</param>
/// <param name="timeProvider">The clock.</param>
public sealed class UdpFirstChannel(
    IUpstreamChannel datagrams, IUpstreamChannel stream, bool retriesTruncated, TimeProvider timeProvider) : IUpstreamChannel
{
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
        bool isTruncated = retriesTruncated && first.Reply is { } reply && IsTruncated(reply);
        if (!isTruncated && first.Status != UpstreamStatus.Suspicious)
        {
            return first;
        }

        TimeSpan elapsed = timeProvider.GetElapsedTime(start);
        TimeSpan left = query.TotalTimeout - elapsed;
        if (left <= TimeSpan.Zero)
        {
            return first;
        }

        UpstreamFallback fallback = new(true, isTruncated ? CodeOf(first.Reply!) : null, elapsed);
        first.Reply?.Release();
        UpstreamOutcome second = await stream.AskAsync(query with { Timeout = left < query.Timeout ? left : query.Timeout });
        return second with { Fallback = fallback };
    }

    private static bool IsTruncated(UpstreamReply reply)
        => DnsHeader.TryRead(reply.Message.AsSpan(0, reply.Length), out DnsHeader header) && header.Flags.HasFlag(HeaderFlags.Truncated);

    private static ResponseCode CodeOf(UpstreamReply reply) => (ResponseCode)(reply.Message[3] & 15);
}
