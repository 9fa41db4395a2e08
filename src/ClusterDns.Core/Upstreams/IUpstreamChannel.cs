namespace ClusterDns.Core.Upstreams;

/// <summary>One way to ask a server: datagrams, a stream, or a composition of both.</summary>
public interface IUpstreamChannel
{
    /// <summary>The longest query that it carries, in bytes.</summary>
    int MaxQueryLength { get; }

    /// <summary>Asks. The query is sent with another, random ID.</summary>
    /// <param name="query">The query; its message must not change before the completion.</param>
    /// <returns>
    /// Completes on the scheduler of the asker: on a worker that asks by datagrams, on that worker; elsewhere on the thread pool. It does
    /// not throw.
    /// </returns>
    ValueTask<UpstreamOutcome> AskAsync(UpstreamQuery query);
}
