namespace ClusterDns.Core.Pipeline;

/// <summary>
/// Sees and changes the octets of a response before they are sent: what depends on the whole message, such as a signature (RFC 8945) or padding
/// (RFC 7830). Seals of plugins that run later come first, as links below see a response before those above them. A query that no server block takes,
/// or whose message is malformed, has no seals.
/// </summary>
public interface IResponseSeal
{
    /// <summary>How much longer the message may become; asked before each message of a response is written.</summary>
    /// <param name="query">The query with its response.</param>
    /// <returns>The octets that are kept free; 0 where the seal leaves the message as it is.</returns>
    int Reserve(Query query);

    /// <summary>
    /// Changes a message that is written: the only one of a response, or each of a <see cref="Response.Stream"/>. An exception makes the response
    /// SERVFAIL without seals.
    /// </summary>
    /// <param name="query">The query with its response.</param>
    /// <param name="message">
    /// The message, and behind it the room that it may grow into. There is less of it than was reserved only where the question leaves no more of
    /// what the client takes.
    /// </param>
    /// <param name="length">How long the message is.</param>
    /// <returns>How long it has become, at most the length of <paramref name="message"/>.</returns>
    int Seal(Query query, Span<byte> message, int length);
}
