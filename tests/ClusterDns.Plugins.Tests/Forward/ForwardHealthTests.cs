using ClusterDns.Core.Metrics;
using ClusterDns.Core.Upstreams;
using ClusterDns.Plugins.Forward;
using ClusterDns.Plugins.Tests.TestKit;
using ClusterDns.TestKit;

namespace ClusterDns.Plugins.Tests.Forward;

public class ForwardHealthTests
{
    private const string First = "192.0.2.1:53";
    private const string Second = "192.0.2.2:53";

    private readonly FakeUpstreams _upstreams = new();

    [Fact]
    public async Task AnUpstreamThatFailsIsCheckedAndPassedOverUntilItAnswers()
    {
        _upstreams.Fails(First);
        _upstreams.Answers(Second);
        PluginKit kit = Create("policy sequential");

        kit.Ask("www.example.");
        await AdvanceAsync(kit, () => Failed(kit, First) > 2);
        Clear();
        kit.Ask("www.example.");
        Assert.Equal($"{Second} Udp", Assert.Single(Queries()));

        _upstreams.Answers(First);
        await AdvanceAsync(kit, () =>
        {
            Clear();
            kit.Ask("www.example.");
            return string.Equals(Queries()[0], $"{First} Udp", StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task WhenAllAreDownAnyIsAsked()
    {
        PluginKit kit = await AllDownAsync("");

        kit.Ask("www.example.");

        Assert.NotEmpty(Queries());
        Assert.True(Broken(kit) > 0);
    }

    [Fact]
    public async Task WhenAllAreDownQueriesFailAtOnceWithFailfast()
    {
        PluginKit kit = await AllDownAsync("failfast_all_unhealthy_upstreams");

        Assert.Equal("no healthy proxies", kit.Serve("www.example.").Response.Failure);
        Assert.Empty(Queries());
        Assert.Equal(1, Broken(kit));
    }

    [Fact]
    public async Task OneThatIsDownDoesNotMakeAnotherThatFailsDownToo()
    {
        _upstreams.Fails(First);
        _upstreams.Answers(Second);
        PluginKit kit = Create("policy sequential\n max_connect_attempts 8");
        kit.Ask("www.example.");
        await AdvanceAsync(kit, () => Failed(kit, First) > 2);
        _upstreams.Fails(Second);
        Clear();

        kit.Ask("www.example.");

        Assert.Equal(8, Queries().Length);
        Assert.All(Queries(), static query => Assert.Equal($"{Second} Udp", query));
        Assert.Equal(0, Broken(kit));
    }

    [Fact]
    public async Task AForgerCannotTakeAnUpstreamDown()
    {
        // The check's datagrams are suspicious too, so it goes on over TCP, where the upstream answers.
        int overTcp = 0;
        bool isForged = false;
        _upstreams.Answers(Second);
        _upstreams.On(First, protocol =>
        {
            overTcp += protocol == UpstreamProtocol.Tcp ? 1 : 0;
            UpstreamStatus status = isForged ? UpstreamStatus.Suspicious : UpstreamStatus.Failed;
            isForged = true;
            return new ValueTask<UpstreamOutcome>(
                protocol == UpstreamProtocol.Udp ? new UpstreamOutcome(status, null) : _upstreams.Reply());
        });
        PluginKit kit = Create("policy sequential");

        kit.Ask("www.example.");
        await UntilAsync(() => Checks(First) == 2);

        Assert.Equal(1, overTcp);
        Assert.Equal(0, Failed(kit, First));
    }

    [Fact]
    public void WithoutMaxFailsNothingIsChecked()
    {
        _upstreams.Fails(First);
        _upstreams.Fails(Second);

        Create("max_fails 0").Ask("www.example.");

        Assert.Equal(0, Checks(First) + Checks(Second));
    }

    private static Task UntilAsync(Func<bool> condition) => Eventually.IsAsync(condition);

    /// <summary>The check's wait may not have begun when the clock moves, so it moves until it has.</summary>
    private static Task AdvanceAsync(PluginKit kit, Func<bool> condition) => UntilAsync(() =>
    {
        kit.Time.Advance(TimeSpan.FromMilliseconds(500));
        return condition();
    });

    private static long Broken(PluginKit kit) => kit.Metrics.Counter(
        "coredns_forward_healthcheck_broken_total", "Counter of the number of complete failures of the healthchecks.").Value;

    private async Task<PluginKit> AllDownAsync(string option)
    {
        _upstreams.Fails(First, UpstreamStatus.Failed);
        _upstreams.Fails(Second, UpstreamStatus.Failed);
        PluginKit kit = Create(option);
        kit.Ask("www.example.");
        await AdvanceAsync(kit, () => Failed(kit, First) > 2 && Failed(kit, Second) > 2);
        Clear();
        return kit;
    }

    private static long Failed(PluginKit kit, string address) => kit.Metrics
        .Counters("coredns_proxy_healthcheck_failures_total", "Counter of the number of failed healthchecks.", "proxy_name", "to")
        .With("forward", address).Value;

    private int Checks(string address)
    {
        lock (_upstreams.Asked)
        {
            return _upstreams.Asked.Count(asked => string.Equals(asked, $"{address} check", StringComparison.Ordinal));
        }
    }

    private string[] Queries()
    {
        lock (_upstreams.Asked)
        {
            return [.. _upstreams.Asked.Where(static asked => !asked.EndsWith("check", StringComparison.Ordinal))];
        }
    }

    private void Clear()
    {
        lock (_upstreams.Asked)
        {
            _upstreams.Asked.Clear();
        }
    }

    private PluginKit Create(string options)
        => new(new ForwardPlugin(), $"forward . 192.0.2.1 192.0.2.2 {{\n {options}\n}}", upstreams: _upstreams);
}
