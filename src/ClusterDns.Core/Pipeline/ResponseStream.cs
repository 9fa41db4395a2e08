namespace ClusterDns.Core.Pipeline;

/// <summary>
/// The messages of an answer that one message does not hold (RFC 5936 section 2.2), made one after the other as the client takes
/// them, so that none but the one that is sent is in memory.
/// </summary>
public abstract class ResponseStream : IDisposable
{
    /// <summary>
    /// Puts the records of the next message into a response; header and question are those of the first. Called by one thread at a time.
    /// </summary>
    /// <param name="response">The response, without records.</param>
    /// <returns>False when there is no further message.</returns>
    public abstract bool TryFill(Response response);

    /// <summary>
    /// Releases what the stream holds: after its last message, or when the client has left before. Called once, by one thread, and not while
    /// <see cref="TryFill"/> runs. It must not throw.
    /// </summary>
    public virtual void Dispose() => GC.SuppressFinalize(this);
}
