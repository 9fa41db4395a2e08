using ClusterDns.Core.Upstreams;
using ClusterDns.Plugins.Forward;

namespace ClusterDns.Plugins.Tests.Forward;

public class FailureTextsTests
{
    private readonly FailureTexts _texts = new("192.0.2.1:53");

    [Theory]
    [InlineData(UpstreamProtocol.Udp, UpstreamFailure.None, 2000, "read udp 192.0.2.1:53: no reply within 2s: i/o timeout")]
    [InlineData(UpstreamProtocol.Udp, UpstreamFailure.OnlyMismatches, 2000, "read udp 192.0.2.1:53: only replies that match no query")]
    [InlineData(UpstreamProtocol.Tcp, UpstreamFailure.NoReply, 700, "read tcp 192.0.2.1:53: no reply within 700ms: i/o timeout")]
    [InlineData(UpstreamProtocol.Tcp, UpstreamFailure.NoReply, 1260, "read tcp 192.0.2.1:53: no reply within 1.3s: i/o timeout")]
    [InlineData(UpstreamProtocol.Tcp, UpstreamFailure.NoReply, 60_000, "read tcp 192.0.2.1:53: no reply within 60s: i/o timeout")]
    [InlineData(UpstreamProtocol.Tcp, UpstreamFailure.NoConnection, 2000, "dial tcp 192.0.2.1:53: no connection within 2s: i/o timeout")]
    [InlineData(UpstreamProtocol.Tcp, UpstreamFailure.Slow, 2000, "read tcp 192.0.2.1:53: no complete reply within 2s: i/o timeout")]
    public void Timeout_says_what_did_not_happen(UpstreamProtocol protocol, UpstreamFailure failure, int milliseconds, string text)
    {
        UpstreamOutcome outcome = new(UpstreamStatus.TimedOut, null) { Protocol = protocol, Failure = failure };

        Assert.Equal(text, _texts.Get(outcome, TimeSpan.FromMilliseconds(milliseconds)));
    }

    [Theory]
    [InlineData(UpstreamProtocol.Udp, UpstreamFailure.Refused, "read udp 192.0.2.1:53: connection refused")]
    [InlineData(UpstreamProtocol.Tcp, UpstreamFailure.Refused, "dial tcp 192.0.2.1:53: connection refused")]
    [InlineData(UpstreamProtocol.Tcp, UpstreamFailure.Unreachable, "dial tcp 192.0.2.1:53: no route to host")]
    [InlineData(UpstreamProtocol.Tcp, UpstreamFailure.Closed, "read tcp 192.0.2.1:53: connection closed by the upstream")]
    [InlineData(UpstreamProtocol.Tcp, UpstreamFailure.Malformed, "read tcp 192.0.2.1:53: malformed reply")]
    [InlineData(UpstreamProtocol.Tcp, UpstreamFailure.Overloaded, "read tcp 192.0.2.1:53: too many queries wait for the upstream")]
    [InlineData(UpstreamProtocol.Tcp, UpstreamFailure.NoSocket, "dial tcp 192.0.2.1:53: no socket: out of descriptors or ports")]
    public void Failure_says_what_happened(UpstreamProtocol protocol, UpstreamFailure failure, string text)
    {
        UpstreamOutcome outcome = new(UpstreamStatus.Failed, null) { Protocol = protocol, Failure = failure };

        Assert.Equal(text, _texts.Get(outcome, TimeSpan.FromSeconds(2)));
        Assert.Same(_texts.Get(outcome, TimeSpan.FromSeconds(2)), _texts.Get(outcome, TimeSpan.FromSeconds(2)));
    }

    [Fact]
    public void Every_outcome_has_a_text_and_none_is_mistaken_for_another()
    {
        Dictionary<string, UpstreamFailure> seen = new(StringComparer.Ordinal);
        foreach (UpstreamFailure failure in Enum.GetValues<UpstreamFailure>().Where(static one => one != UpstreamFailure.None))
        {
            string text = _texts.Get(new UpstreamOutcome(UpstreamStatus.Failed, null) { Protocol = UpstreamProtocol.Tcp, Failure = failure }, default);
            Assert.True(seen.TryAdd(text, failure), $"{failure}: {text}");
        }

        Assert.Equal(
            "read udp 192.0.2.1:53: malformed reply", _texts.Get(new UpstreamOutcome(UpstreamStatus.Answered, null), default));
        Assert.Equal(
            "read udp 192.0.2.1:53: only replies that match no query", _texts.Get(new UpstreamOutcome(UpstreamStatus.Suspicious, null), default));
    }
}
