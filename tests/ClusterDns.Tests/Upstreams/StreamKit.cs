using ClusterDns.Core.Metrics;
using ClusterDns.Core.Upstreams;
using ClusterDns.Core.Wire;
using ClusterDns.Server.Upstreams;
using ClusterDns.Server.Upstreams.Stream;
using ClusterDns.Tests.Listeners;
using ClusterDns.Tests.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace ClusterDns.Tests.Upstreams;

/// <summary>An upstream, the peer behind it, and a clock.</summary>
internal sealed class StreamKit : IDisposable
{
    public static readonly TimeSpan Expire = TimeSpan.FromSeconds(100);
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    private readonly MetricRegistry _metrics = new();

    public StreamKit(Func<PeerConnection, Task> serve, StreamBudget? budget = null)
        : this((_, connection) => serve(connection), budget)
    {
    }

    public StreamKit(Func<TimeProvider, PeerConnection, Task> serve, StreamBudget? budget = null)
    {
        Peer = new StreamPeer(connection => serve(Time, connection));
        Factory = new UpstreamFactory(_metrics, Time, streamBudget: budget);
        Upstream = Factory.Open(Peer.Endpoint, Expire, TimeSpan.Zero);
    }

    public FakeTimeProvider Time { get; } = new();

    public StreamPeer Peer { get; }

    public UpstreamFactory Factory { get; }

    public IUpstream Upstream { get; }

    public static byte[] Query(string name)
    {
        byte[] buffer = new byte[512];
        return buffer[..ServerKit.WriteQuery(buffer, name, RecordType.A)];
    }

    public static async Task<UpstreamOutcome> AskAsync(
        IUpstream upstream, string name, TimeSpan? timeout = null, int padding = 0, bool isProbe = false)
    {
        UpstreamOutcome outcome = await upstream.Stream.AskAsync(
            new UpstreamQuery((byte[])[.. Query(name), .. new byte[padding]], timeout ?? Timeout) { IsProbe = isProbe });
        if (outcome.Reply is { } reply)
        {
            Assert.Equal(Query(name)[12..], reply.Message[12..Query(name).Length]);
            reply.Release();
        }

        return outcome;
    }

    public Task<UpstreamOutcome> AskAsync(string name, TimeSpan? timeout = null, int padding = 0, bool isProbe = false)
        => AskAsync(Upstream, name, timeout, padding, isProbe);

    /// <summary>Asks what is not answered yet, and returns when the peer has the query.</summary>
    public async Task<Task<UpstreamOutcome>> StartAsync(string name)
    {
        Task<UpstreamOutcome> asked = AskAsync(name);
        await TestListener.UntilAsync(() => Peer.TimesAsked(name) > 0);
        return asked;
    }

    /// <summary>Moves the clock until something has become so.</summary>
    public Task AdvanceUntilAsync(Func<bool> condition) => TestListener.UntilAsync(() =>
    {
        if (condition())
        {
            return true;
        }

        Time.Advance(StreamLimits.Tick);
        return condition();
    });

    /// <summary>A counter's children that have a label value, or all of them.</summary>
    public long Count(string name, string? label = null) => _metrics.Families
        .OfType<CounterFamily>()
        .Where(family => string.Equals(family.Name, name, StringComparison.Ordinal))
        .SelectMany(static family => family.Children)
        .Where(child => label is null || child.LabelValues.Contains(label, StringComparer.Ordinal))
        .Sum(static child => child.Value);

    public void Dispose()
    {
        Upstream.Dispose();
        Factory.Dispose();
        Peer.Dispose();
    }
}
