using ClusterDns.Tests.Listeners;
using ClusterDns.Tests.TestKit;
using ClusterDns.Tests.Upstreams;

namespace ClusterDns.Tests.Hosting;

public sealed class ReloadForwardTests : IDisposable
{
    private readonly ScriptedUpstream _upstream = new();

    public void Dispose() => _upstream.Dispose();

    [Fact]
    public async Task UpstreamsThatHaveNotChangedAreKept()
    {
        await using ReloadKit kit = await ReloadKit.StartAsync(Forward("policy random"));
        Assert.Equal("192.0.2.1", await kit.AskAsync("www.example.org."));
        int sockets = _upstream.CountSockets();
        Assert.True(sockets > 0);
        int resources = kit.Environment.Resources.Count;

        kit.Write(Forward("policy sequential"));
        await kit.RequestAsync();

        Assert.Equal(1, kit.CountLog("Reloading complete"));
        Assert.Equal(sockets, _upstream.CountSockets());
        Assert.Equal(resources, kit.Environment.Resources.Count);
    }

    [Fact]
    public async Task UpstreamsThatAreGoneAreForgottenAndLoseNoQuery()
    {
        await using ReloadKit kit = await ReloadKit.StartAsync(Forward(""));
        QueryLoad load = new(kit.Endpoint, udpClients: 8, tcpClients: 2, ("www.example.org.", "192.0.2.1"), ("www.example.net.", "192.0.2.1"));

        for (int i = 0; i < 30; i++)
        {
            kit.Write(Forward((i % 3) switch
            {
                0 => $"expire {i + 1}s",
                1 => $"force_tcp\n  expire {i + 1}s",
                _ => $"prefer_udp\n  max_fails {i}",
            }));
            await kit.RequestAsync();
        }

        await load.StopAsync();
        Assert.Empty(load.Failures);
        Assert.True(load.Answered > 30);
        Assert.Equal(30, kit.CountLog("Reloading complete"));

        kit.Write(".:0 {\n bind 127.0.0.1\n whoami\n}\n");
        await kit.RequestAsync();
        await TestListener.UntilAsync(() => _upstream.CountSockets() == 0);
        Assert.Equal(0, kit.Environment.Resources.Count);
    }

    private string Forward(string options)
        => $".:0 {{\n bind 127.0.0.1\n timeouts {{\n  idle 24h\n }}\n forward . {_upstream.Endpoint} {{\n  {options}\n }}\n}}\n";
}
