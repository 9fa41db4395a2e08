using ClusterDns.Core.Upstreams;

namespace ClusterDns.Server.Upstreams.Udp;

/// <summary>
/// Datagrams to an upstream, by the engine of the thread that asks: the asker continues on that thread. A thread without an engine uses a
/// shared one, and continues on the thread pool.
/// </summary>
/// <param name="upstream">The upstream.</param>
/// <param name="factory">Holds the shared engine.</param>
internal sealed class UdpChannel(Upstream upstream, UpstreamFactory factory) : IUpstreamChannel
{
    /// <inheritdoc/>
    public int MaxQueryLength => UpstreamEngine.IsSupported ? UdpExchange.MaxRequestSize : 0;

    /// <inheritdoc/>
    public ValueTask<UpstreamOutcome> AskAsync(UpstreamQuery query)
    {
        TimeProvider timeProvider = factory.TimeProvider;
        long deadline = timeProvider.GetTimestamp() + (long)(query.Timeout.TotalSeconds * timeProvider.TimestampFrequency);
        UpstreamEngine? own = UpstreamEngine.Current;
        UdpExchange exchange = UdpExchange.Rent();
        exchange.Prepare(upstream, in query, deadline, resumesOnPool: own is null);
        ValueTask<UpstreamOutcome> completion = exchange.Completion;
        if (own is not null)
        {
            own.Submit(exchange);
        }
        else
        {
            factory.GetLoop().Submit(exchange);
        }

        return completion;
    }
}
