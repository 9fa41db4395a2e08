using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Upstreams;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.LoopDetection;
using ClusterDns.Plugins.Tests.TestKit;

namespace ClusterDns.Plugins.Tests.LoopDetection;

public class LoopTests
{
    private readonly List<Target> _targets = [];
    private int _stops;

    [Fact]
    public async Task AnUpstreamThatForwardsBackIsTakenOutWhileOthersRemain()
    {
        PluginKit kit = Create();
        Target looping = Add(kit, "192.0.2.1:53", query => Ask(kit, query));
        Target other = Add(kit, "192.0.2.2:53", static _ => { });

        await RunAsync(kit);

        Assert.True(looping.IsOut);
        Assert.False(other.IsOut);
        Assert.Equal(0, _stops);
        Assert.StartsWith(
            "Error: Loop (192.0.2.9:5300 -> ) detected for zone \".\": upstream 192.0.2.1:53 forwards to this server and is no longer used.",
            Assert.Single(kit.Log),
            StringComparison.Ordinal);
        Assert.Equal(1, kit.Metrics.Counters(
            "clusterdns_loop_detected_total", "Counter of upstreams that forward back to this server.", "to").With("192.0.2.1:53").Value);
    }

    [Fact]
    public async Task WhereNoneRemainsTheProcessStops()
    {
        PluginKit kit = Create();
        Add(kit, "192.0.2.1:53", query => Ask(kit, query));

        await RunAsync(kit);

        Assert.Equal(1, _stops);
        Assert.StartsWith("Critical: Loop", Assert.Single(kit.Log), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OtherQueriesGoOnAndProbesEndHere()
    {
        PluginKit kit = Create();
        string probe = "";
        Add(kit, "192.0.2.1:53", query =>
        {
            probe = NameOf(query);
            Assert.Equal("REFUSED", kit.Ask(probe, RecordType.HINFO));
            Assert.Equal("NOERROR", kit.Ask(probe));
            Assert.Equal("NOERROR", kit.Ask("www.example.", RecordType.HINFO));
        });

        await RunAsync(kit);

        // The probe is over: its name means nothing any more.
        Assert.Equal("NOERROR", kit.Ask(probe, RecordType.HINFO));
    }

    [Fact]
    public async Task EachUpstreamIsAskedForANameOfItsOwn()
    {
        PluginKit kit = Create();
        HashSet<string> names = new(StringComparer.Ordinal);
        for (int i = 0; i < 5; i++)
        {
            Add(kit, $"192.0.2.{i}:53", query =>
            {
                lock (names)
                {
                    names.Add(NameOf(query));
                }
            });
        }

        await RunAsync(kit);

        Assert.Equal(5, names.Count);
        Assert.All(names, static name => Assert.Equal(3, name.Split('.').Length));
    }

    [Theory]
    [InlineData("loop 5", "Corefile:2:6: unexpected '5' after 'loop': expected 'loop'")]
    [InlineData("loop\nloop", "Corefile:3:1: duplicate 'loop' in this server block (first at Corefile:2:1): expected once")]
    public void WhatIsWrongIsSaid(string text, string error)
        => Assert.Equal(error, new PluginKit(new LoopPlugin(), text).Errors);

    private static string NameOf(byte[] query) => DomainName.ToText(query.AsSpan(DnsHeader.Length..^4));

    private static void Ask(PluginKit kit, byte[] query) => kit.Ask(NameOf(query), RecordType.HINFO, client: "192.0.2.9:5300");

    private static async Task RunAsync(PluginKit kit)
    {
        LoopProbe probe = Assert.IsType<LoopProbe>(Assert.Single(kit.Build.Services));
        await probe.StartAsync(CancellationToken.None);
        await probe.Completion;
        await probe.StopAsync(CancellationToken.None);
    }

    private PluginKit Create() => new(
        new LoopPlugin(), "loop", static context => context.Response.Answer("next"), requestStop: () => _stops++);

    private Target Add(PluginKit kit, string address, Action<byte[]> onAsked)
    {
        Target target = new(address, onAsked);
        _targets.Add(target);
        kit.Build.AddForwardTarget(target);
        return target;
    }

    /// <summary>An upstream that does something with a query before it answers.</summary>
    private sealed class Target(string address, Action<byte[]> onAsked) : IForwardTarget, IUpstreamChannel
    {
        public bool IsOut { get; private set; }

        public string Address => address;

        public IUpstreamChannel Channel => this;

        public int MaxQueryLength => ushort.MaxValue;

        public void TakeOut() => IsOut = true;

        public ValueTask<UpstreamOutcome> AskAsync(UpstreamQuery query)
        {
            byte[] message = new byte[query.Length];
            query.CopyTo(message);
            onAsked(message);
            return new ValueTask<UpstreamOutcome>(new UpstreamOutcome(UpstreamStatus.Answered, null));
        }
    }
}
