using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Upstreams;

namespace ClusterDns.Testing;

/// <summary>Upstreams that cannot be reached.</summary>
internal sealed class NoUpstreams : IUpstreamFactory
{
    public IUpstream Open(NetworkEndpoint endpoint, TimeSpan expire, TimeSpan maxAge) => new Unreachable(endpoint);

    private sealed class Unreachable(NetworkEndpoint endpoint) : IUpstream, IUpstreamChannel
    {
        public NetworkEndpoint Endpoint => endpoint;

        public IUpstreamChannel Udp => this;

        public IUpstreamChannel UdpThenStream => this;

        public IUpstreamChannel Stream => this;

        public int MaxQueryLength => ushort.MaxValue;

        public ValueTask<UpstreamOutcome> AskAsync(UpstreamQuery query) => new(new UpstreamOutcome(UpstreamStatus.Failed, null));

        public void Dispose()
        {
        }
    }
}
