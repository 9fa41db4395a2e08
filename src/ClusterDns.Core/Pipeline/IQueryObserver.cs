namespace ClusterDns.Core.Pipeline;

/// <summary>How a query ended. Every query that a listener takes ends exactly once.</summary>
public enum QueryEnd : byte
{
    /// <summary>The response is written, whatever its response code.</summary>
    Answered,

    /// <summary>No server block takes the query: REFUSED.</summary>
    Unrouted,

    /// <summary>A plugin decided that the client gets nothing.</summary>
    Dropped,

    /// <summary>A plugin threw an exception: SERVFAIL.</summary>
    Failed,

    /// <summary>The message has a fault that keeps it from the plugins: FORMERR, NOTIMP or BADVERS.</summary>
    Malformed,

    /// <summary>The message is not a query, and gets no answer.</summary>
    Ignored,

    /// <summary>The query waited, and made room for another: no answer over UDP, SERVFAIL over a stream.</summary>
    Evicted,

    /// <summary>The client closed its connection before it had the whole answer.</summary>
    ClientGone,

    /// <summary>The listener released the query without an end of its own. It only happens when the server is at fault.</summary>
    Abandoned,
}

/// <summary>
/// Sees every query of a server block when it is received and when it has ended, whatever the end was: metrics, logs, taps. Observers of plugins that
/// run later see the query first, as links below see a response before those above them.
/// </summary>
public interface IQueryObserver
{
    /// <summary>
    /// Called once for each query, when its server block is found and before the first link runs: <see cref="Query.Request"/> has the bytes as they
    /// came. It must not change the query.
    /// </summary>
    /// <param name="query">The query; valid until the method returns.</param>
    void OnReceived(Query query)
    {
    }

    /// <summary>
    /// Called once for each query, after the response is written and before it is sent. <see cref="Query.ResponseMessage"/> is the message, the last
    /// one of a <see cref="Response.Stream"/>, or empty where none was written: the query was dropped, or lies within another. It must not change
    /// the query.
    /// </summary>
    /// <param name="query">The query with its response; valid until the method returns.</param>
    /// <param name="outcome">How it ended.</param>
    void OnEnd(Query query, QueryEnd outcome);
}

/// <summary>Passes the end of a query on to its observers: the pipeline.</summary>
public interface IQueryEndSink
{
    /// <summary>Called once for each query that began with <see cref="Query.Begin"/>. Never throws.</summary>
    /// <param name="query">The query.</param>
    /// <param name="outcome">How it ended.</param>
    void OnEnd(Query query, QueryEnd outcome);
}
