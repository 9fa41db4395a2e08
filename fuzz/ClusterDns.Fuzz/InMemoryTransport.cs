using System.Net;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Server.Serving;

namespace ClusterDns.Fuzz;

/// <summary>Says what is wrong with an answer that <see cref="AnswerCheck"/> finds right; null when nothing is.</summary>
/// <param name="answer">What would be sent.</param>
internal delegate string? AnswerJudge(ReadOnlySpan<byte> answer);

/// <summary>Bytes in, bytes out, over a few contexts that are used again and again, as a listener does.</summary>
/// <param name="pipeline">What serves.</param>
/// <param name="judge">A second opinion on every answer.</param>
internal sealed class InMemoryTransport(IQueryPipeline pipeline, AnswerJudge? judge = null)
{
    private const int Contexts = 8;

    private static readonly NetworkEndpoint Client = NetworkEndpoint.From(new IPEndPoint(IPAddress.Loopback, 5300));
    private static readonly NetworkEndpoint Server = NetworkEndpoint.From(new IPEndPoint(IPAddress.Loopback, 53));

    private readonly Stack<Exchange> _idle = new(Enumerable.Range(0, Contexts).Select(static _ => new Exchange()));

    /// <summary>How many contexts have not come back.</summary>
    public int Lent => Contexts - _idle.Count;

    /// <summary>How many answers there were, by response code (its four bits of the header).</summary>
    public long[] Answers { get; } = new long[16];

    /// <summary>How many packets got no answer.</summary>
    public long Unanswered { get; private set; }

    /// <summary>Serves a packet and looks at what would be sent.</summary>
    /// <param name="packet">The packet.</param>
    /// <param name="transport">How it came.</param>
    /// <returns>What is wrong with the answer; null when nothing is.</returns>
    public string? Serve(ReadOnlySpan<byte> packet, TransportProtocol transport)
    {
        // As the listeners: what is shorter than a header never gets to the pipeline.
        if (packet.Length < DnsHeader.Length)
        {
            Unanswered++;
            return null;
        }

        Exchange exchange = _idle.Pop();
        packet.CopyTo(exchange.RequestBuffer);
        ValueTask<bool> task = pipeline.HandleAsync(exchange, packet.Length, transport, in Server, in Client, null);
        if (!task.IsCompletedSuccessfully)
        {
            return "the pipeline did not finish";
        }

        string? problem = null;
        if (task.GetAwaiter().GetResult())
        {
            problem = AnswerCheck.Find(packet, exchange.ResponseMessage, exchange.Query.ResponseSizeLimit)
                ?? judge?.Invoke(exchange.ResponseMessage);
            Answers[exchange.ResponseMessage[3] & 15]++;
        }
        else
        {
            Unanswered++;
        }

        exchange.Reset();
        _idle.Push(exchange);
        return problem;
    }
}
