using ClusterDns.Core.Pipeline;

namespace ClusterDns.Server.Serving;

/// <summary>
/// Bytes in, bytes out: what every listener, the in-memory transport, the fuzzer and the benchmarks call for each message.
/// </summary>
internal interface IQueryPipeline
{
    /// <summary>Handles the message in the <see cref="Exchange.RequestBuffer"/>. Never throws.</summary>
    /// <param name="exchange">An exchange that was reset (<see cref="Exchange.Reset"/>).</param>
    /// <param name="length">How long the message is.</param>
    /// <param name="transport">How it came.</param>
    /// <param name="local">Where it was asked.</param>
    /// <param name="remote">Who asked.</param>
    /// <param name="waitGate">Bounds how many queries of this listener wait at once; null for no bound.</param>
    /// <returns>
    /// Whether <see cref="Exchange.ResponseMessage"/> holds a message to send; completed already unless a plugin waits for
    /// something outside the process.
    /// </returns>
    ValueTask<bool> HandleAsync(
        Exchange exchange,
        int length,
        TransportProtocol transport,
        in NetworkEndpoint local,
        in NetworkEndpoint remote,
        IWaitGate? waitGate);
}
