using ClusterDns.Server.Upstreams;
using Microsoft.Extensions.Time.Testing;

namespace ClusterDns.Tests.Upstreams;

public sealed class UpstreamPortsTests
{

    private readonly FakeTimeProvider _time = new();
    private readonly UpstreamPorts _ports;

    public UpstreamPortsTests() => _ports = Create(10, 0);

    private long Now => _time.GetTimestamp();

    [Fact]
    public void Fifty_ports_are_opened_within_a_second_and_the_next_when_it_is_over()
    {
        for (int i = 0; i < 50; i++)
        {
            Assert.Equal(PortPermit.Granted, Take());
            _ports.Answered(Now);
        }

        Assert.Equal(PortPermit.RateLimited, Take());
        Assert.Equal(PortPermit.RateLimited, Take(PortNeed.Only));
        _time.Advance(TimeSpan.FromMilliseconds(999));
        Assert.Equal(PortPermit.RateLimited, Take());
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(PortPermit.Granted, Take());
    }

    [Fact]
    public void First_port_of_a_thread_is_always_opened()
    {
        for (int i = 0; i < 100; i++)
        {
            Assert.Equal(PortPermit.Granted, Take(PortNeed.First));
        }
    }

    [Fact]
    public void Eight_ports_are_opened_before_one_is_answered_and_then_a_rare_probe()
    {
        for (int i = 0; i < UpstreamPorts.MaxUnproven; i++)
        {
            Assert.Equal(PortPermit.Granted, Take());
        }

        Assert.Equal(PortPermit.Silent, Take());
        List<int> probes = [];
        for (int ms = 0; ms < 30_000; ms += 100)
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
            if (Take() == PortPermit.Granted)
            {
                probes.Add(ms + 100);
            }
        }

        Assert.Equal([1000, 3000, 7000, 15000, 23000], probes);
        Assert.Equal(PortPermit.Granted, Take(PortNeed.Only));
    }

    [Fact]
    public void Answer_to_a_query_that_was_sent_before_does_not_end_the_silence_and_one_after_does()
    {
        long before = Now;
        _time.Advance(TimeSpan.FromSeconds(1));
        for (int i = 0; i < UpstreamPorts.MaxUnproven; i++)
        {
            Assert.Equal(PortPermit.Granted, Take());
        }

        _time.Advance(TimeSpan.FromMilliseconds(300));
        _ports.Answered(before);
        Assert.Equal(PortPermit.Silent, Take());

        _ports.Answered(Now);

        Assert.Equal(PortPermit.Granted, Take());
    }

    [Fact]
    public void Threads_share_what_ports_are_kept()
    {
        List<int> kept = [];
        for (int threads = 1; threads <= 64; threads *= 2)
        {
            Join(threads - (threads / 2));
            kept.Add(_ports.KeptPerThread);
        }

        Assert.Equal([64, 64, 64, 32, 16, 8, 8], kept);
    }

    [Theory]
    [InlineData(10, 0, 10)]
    [InlineData(0, 0, 10)]
    [InlineData(30, 0, 30)]
    [InlineData(3600, 0, 60)]
    [InlineData(0.001, 0, 1)]
    [InlineData(20, 15, 15)]
    [InlineData(20, 40, 20)]
    public void Port_lives_as_long_as_a_connection_may_rest_within_bounds(double expire, double maxAge, double expected)
        => Assert.Equal(TimeSpan.FromSeconds(expected), Create(expire, maxAge).Lifetime);

    private UpstreamPorts Create(double expire, double maxAge)
        => new(TimeSpan.FromSeconds(expire), TimeSpan.FromSeconds(maxAge), new UpstreamSocketLimit(), _time);

    private PortPermit Take(PortNeed need = PortNeed.Another) => _ports.TryTake(Now, need);

    private void Join(int threads)
    {
        for (int i = 0; i < threads; i++)
        {
            _ports.Join();
        }
    }
}
