using System.Globalization;
using ClusterDns.Core.Upstreams;

namespace ClusterDns.Plugins.Forward;

/// <summary>
/// Why queries to an upstream failed, as the <c>errors</c> plugin logs it. A text is made once, so that many failures allocate nothing.
/// Timeouts end in <c>i/o timeout</c> and refusals in <c>connection refused</c>, as patterns for CoreDNS's log expect.
/// </summary>
/// <param name="address">The upstream's address and port.</param>
internal sealed class FailureTexts(string address)
{
    private const int Step = 100;
    private const int Steps = 64;
    private const int Kinds = (int)UpstreamFailure.NoSocket + 1;

    private readonly string?[] _texts = new string?[2 * 4 * Kinds];
    private readonly string?[] _timeouts = new string?[2 * Kinds * Steps];

    /// <summary>The text for an outcome without a reply, or with one that cannot be read.</summary>
    /// <param name="outcome">How the query ended.</param>
    /// <param name="timeout">How long it was allowed to take.</param>
    public string Get(in UpstreamOutcome outcome, TimeSpan timeout)
    {
        int row = ((int)outcome.Protocol * Kinds) + (int)outcome.Failure;
        if (outcome.Status != UpstreamStatus.TimedOut)
        {
            int index = (row * 4) + (int)outcome.Status;
            return _texts[index] ??= Create(in outcome);
        }

        int step = (int)Math.Round(timeout.TotalMilliseconds / Step);
        return step is < 0 or >= Steps
            ? CreateTimeout(in outcome, step)
            : _timeouts[(row * Steps) + step] ??= CreateTimeout(in outcome, step);
    }

    private string Create(in UpstreamOutcome outcome)
    {
        (string operation, string problem) = outcome.Status switch
        {
            UpstreamStatus.Answered => ("read", "malformed reply"),
            UpstreamStatus.Suspicious => ("read", "only replies that match no query"),
            _ => outcome.Failure switch
            {
                UpstreamFailure.Closed => ("read", "connection closed by the upstream"),
                UpstreamFailure.Malformed => ("read", "malformed reply"),
                UpstreamFailure.Slow => ("read", "the upstream sends or reads too slowly"),
                UpstreamFailure.NoReply => ("read", "no reply"),
                UpstreamFailure.OnlyMismatches => ("read", "only replies that match no query"),
                UpstreamFailure.Overloaded => ("read", "too many queries wait for the upstream"),
                UpstreamFailure.Unreachable => ("dial", "no route to host"),
                UpstreamFailure.NoConnection => ("dial", "no connection: i/o timeout"),
                UpstreamFailure.NoSocket => ("dial", "no socket: out of descriptors or ports"),
                _ => (outcome.Protocol == UpstreamProtocol.Udp ? "read" : "dial", "connection refused"),
            },
        };
        return $"{operation} {NameOf(outcome.Protocol)} {address}: {problem}";
    }

    private string CreateTimeout(in UpstreamOutcome outcome, int step)
    {
        int milliseconds = step * Step;
        string time = milliseconds < 1000
            ? string.Create(CultureInfo.InvariantCulture, $"{milliseconds}ms")
            : string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 1000.0:0.#}s");
        (string operation, string problem) = outcome.Failure switch
        {
            UpstreamFailure.OnlyMismatches => ("read", "only replies that match no query"),
            UpstreamFailure.NoConnection => ("dial", $"no connection within {time}"),
            UpstreamFailure.Slow => ("read", $"no complete reply within {time}"),
            UpstreamFailure.Overloaded => ("read", $"too many queries wait for the upstream, no reply within {time}"),
            _ => ("read", $"no reply within {time}"),
        };

        // Replies came, so that silence is not the problem: what looks for timeouts must not find this.
        string ending = outcome.Failure == UpstreamFailure.OnlyMismatches ? "" : ": i/o timeout";
        return $"{operation} {NameOf(outcome.Protocol)} {address}: {problem}{ending}";
    }

    private static string NameOf(UpstreamProtocol protocol) => protocol == UpstreamProtocol.Udp ? "udp" : "tcp";
}
