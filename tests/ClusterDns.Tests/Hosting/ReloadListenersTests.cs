using System.Net;
using System.Net.Sockets;
using ClusterDns.Core.Http;
using ClusterDns.Server.Listeners;
using ClusterDns.Tests.Listeners;
using ClusterDns.Tests.TestKit;

namespace ClusterDns.Tests.Hosting;

public class ReloadListenersTests
{
    private const int MostLooks = 100;

    [Fact]
    public async Task AListenerThatBothHaveStaysOpen()
    {
        await using ReloadKit kit = await ReloadKit.StartAsync(Block("example.org:0", "127.0.0.1", 1));
        DnsListener before = kit.Server.Listeners[kit.Model.Listeners[0].Place];
        using UdpTestClient client = new(kit.Endpoint);

        kit.Write(Block("example.org:0 other.example:0", "127.0.0.1", 2));
        await kit.RequestAsync();

        Assert.Same(before, kit.Server.Listeners[kit.Model.Listeners[0].Place]);
        Assert.Equal("192.0.2.2", await kit.AskAsync("www.example.org."));
    }

    [Fact]
    public async Task AConnectionGoesOnOverAReload()
    {
        await using ReloadKit kit = await ReloadKit.StartAsync(Block("example.org:0", "127.0.0.1", 1));
        using TcpTestClient client = new(AddressFamily.InterNetwork, receiveBuffer: null);
        await client.ConnectAsync(kit.Endpoint);
        await client.SendAsync(ScriptedPipeline.Sync, 1);
        await client.ReceiveAsync();

        kit.Write(Block("example.org:0", "127.0.0.1", 2));
        await kit.RequestAsync();

        await client.SendAsync(ScriptedPipeline.Sync, 2);
        Assert.Equal(2, TestQuery.GetId(await client.ReceiveAsync()));
    }

    [Fact]
    public async Task AListenerMovesToAnotherAddress()
    {
        await using ReloadKit kit = await ReloadKit.StartAsync(Block("example.org:0", "127.0.0.1", 1));
        IPEndPoint first = kit.Endpoint;

        kit.Write(Block($"example.org:{first.Port}", "127.0.0.2", 2));
        await kit.RequestAsync();

        Assert.Equal(new IPEndPoint(IPAddress.Parse("127.0.0.2"), first.Port), kit.Endpoint);
        Assert.Equal("192.0.2.2", await kit.AskAsync("www.example.org."));
        Assert.Single(kit.Server.Listeners);
        AssertFree(first);
    }

    [Fact]
    public async Task AWildcardListenerMovesToOneAddressOfItsPortAndBack()
    {
        await using ReloadKit kit = await ReloadKit.StartAsync(Block("example.org:0", "127.0.0.1", 1));
        int port = FindPort();
        kit.Write($"example.org:{port} {{\n hosts {{\n  192.0.2.1 www.example.org\n }}\n}}\n");
        await kit.RequestAsync();
        Assert.Equal("192.0.2.1", await ReloadKit.AskAsync(new IPEndPoint(IPAddress.Loopback, port), "www.example.org."));

        kit.Write(Block($"example.org:{port}", "127.0.0.1", 2));
        await kit.RequestAsync();
        Assert.Equal("192.0.2.2", await ReloadKit.AskAsync(new IPEndPoint(IPAddress.Loopback, port), "www.example.org."));
        Assert.Equal(2, kit.CountLog("Reloading complete"));

        kit.Write($"example.org:{port} {{\n hosts {{\n  192.0.2.3 www.example.org\n }}\n}}\n");
        await kit.RequestAsync();
        Assert.Equal("192.0.2.3", await ReloadKit.AskAsync(new IPEndPoint(IPAddress.Loopback, port), "www.example.org."));
        Assert.Equal(3, kit.CountLog("Reloading complete"));
    }

    [Fact]
    public async Task AWildcardAddressAndOneOfItsOwnShareAPort()
    {
        await using ReloadKit kit = await ReloadKit.StartAsync(Block("example.org:0", "127.0.0.1", 1));
        int port = FindPort();

        kit.Write(Block($"example.org:{port}", "127.0.0.1", 2) + $"example.org:{port} {{\n hosts {{\n  192.0.2.3 www.example.org\n }}\n}}\n");
        await kit.RequestAsync();

        Assert.Equal("192.0.2.2", await ReloadKit.AskAsync(new IPEndPoint(IPAddress.Loopback, port), "www.example.org."));
        Assert.Equal("192.0.2.3", await ReloadKit.AskAsync(new IPEndPoint(IPAddress.Parse("127.0.0.2"), port), "www.example.org."));
    }

    [Fact]
    public async Task APortThatIsTakenChangesNothingUntilItIsFree()
    {
        await using ReloadKit kit = await ReloadKit.StartAsync(Block("example.org:0", "127.0.0.1", 1, "reload 10s"));
        int resources = kit.Environment.Resources.Count;
        (Socket udp, Socket tcp) = TakePort();
        using (udp)
        using (tcp)
        {
            int port = ((IPEndPoint)udp.LocalEndPoint!).Port;
            kit.Write(Block("example.org:0", "127.0.0.1", 2, "reload 10s") + Block($"other.example:{port}", "127.0.0.1", 3));
            await kit.LookAsync();
            await kit.LookAsync();

            Assert.Equal(1, kit.CountLog("reload failed: listen "));
            Assert.Equal(1, kit.Metric("coredns_reload_failed_total"));
            Assert.Equal("192.0.2.1", await kit.AskAsync("www.example.org."));
            Assert.Equal(resources, kit.Environment.Resources.Count);
            Assert.Single(kit.Server.Listeners);
        }

        // Another test may have the port for a moment now: the server looks again, as it does with every port that is taken.
        for (int looks = 0; looks < MostLooks && kit.Server.Listeners.Count == 1; looks++)
        {
            await kit.LookAsync();
        }

        Assert.Equal("192.0.2.2", await kit.AskAsync("www.example.org."));
        Assert.Equal(2, kit.Server.Listeners.Count);
    }

    [Theory]
    [InlineData(1, 4)]
    [InlineData(4, 1)]
    public async Task WorkersJoinAndLeaveWithoutLosingAQuery(int before, int after)
    {
        const int clients = 64;
        await using ReloadKit kit = await ReloadKit.StartAsync(Block("example.org:0", "127.0.0.1", 1, $"multisocket {before}"));
        Task[] asking = [.. Enumerable.Range(0, clients).Select(_ => AskOftenAsync(kit.Endpoint))];

        for (int i = 0; i < 10; i++)
        {
            kit.Write(Block("example.org:0", "127.0.0.1", 1, $"multisocket {(i % 2 == 0 ? after : before)}"));
            await kit.RequestAsync();
        }

        await Task.WhenAll(asking);
        Assert.Equal(10, kit.CountLog("Reloading complete"));
    }

    [Fact]
    public async Task TimeoutsOfAnOpenListenerChange()
    {
        await using ReloadKit kit = await ReloadKit.StartAsync(Block("example.org:0", "127.0.0.1", 1, "timeouts {\n idle 1h\n }"));
        using TcpTestClient client = new(AddressFamily.InterNetwork, receiveBuffer: null);
        await client.ConnectAsync(kit.Endpoint);
        DnsListener listener = kit.Server.Listeners[kit.Model.Listeners[0].Place];
        await TestListener.UntilAsync(() => listener.Connections == 1);

        kit.Write(Block("example.org:0", "127.0.0.1", 1, "timeouts {\n idle 2s\n }"));
        await kit.RequestAsync();

        await TestListener.UntilAsync(() =>
        {
            kit.Time.Advance(TimeSpan.FromSeconds(1));
            return listener.Connections == 0;
        });
        Assert.Equal(TimeSpan.FromSeconds(2), listener.Options.IdleTimeout);
    }

    [Fact]
    public async Task AnHttpServerIsKeptWithNewEndpointsOrMoves()
    {
        await using ReloadKit kit = await ReloadKit.StartAsync(Block("example.org:0", "127.0.0.1", 1, "health 127.0.0.1:0"));
        HttpAddress any = new("127.0.0.1", 0);
        int port = kit.Server.HttpServers[any].Port;
        using HttpClient client = new();
        Assert.Equal("OK", await client.GetStringAsync(new Uri($"http://127.0.0.1:{port}/health")));

        kit.Write(Block("example.org:0", "127.0.0.1", 1, "ready 127.0.0.1:0"));
        await kit.RequestAsync();
        Assert.Equal(port, kit.Server.HttpServers[any].Port);
        Assert.Equal("OK", await client.GetStringAsync(new Uri($"http://127.0.0.1:{port}/ready")));
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync(new Uri($"http://127.0.0.1:{port}/health")));

        int other = FindPort();
        kit.Write(Block("example.org:0", "127.0.0.1", 1, $"ready :{other}"));
        await kit.RequestAsync();
        Assert.Equal("OK", await client.GetStringAsync(new Uri($"http://127.0.0.1:{other}/ready")));
        AssertFree(new IPEndPoint(IPAddress.Loopback, port));

        kit.Write(Block("example.org:0", "127.0.0.1", 1, $"ready 127.0.0.1:{other}"));
        await kit.RequestAsync();
        Assert.Equal(3, kit.CountLog("Reloading complete"));
        using HttpClient fresh = new();
        Assert.Equal("OK", await fresh.GetStringAsync(new Uri($"http://127.0.0.1:{other}/ready")));
    }

    [Fact]
    public async Task AFailureAfterSocketsWereOpenedClosesThemAgain()
    {
        await using ReloadKit kit = await ReloadKit.StartAsync(Block("example.org:0", "127.0.0.1", 1, "multisocket 1"));
        using Socket taken = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        taken.Listen();
        int dns = FindPort();
        int http = ((IPEndPoint)taken.LocalEndPoint!).Port;

        kit.Write(
            Block("example.org:0", "127.0.0.1", 2, "multisocket 3") +
            Block($"other.example:{dns}", "127.0.0.1", 3, $"health 127.0.0.1:{http}"));
        await kit.RequestAsync();

        Assert.Equal(1, kit.CountLog($"reload failed: listen http 127.0.0.1:{http}: address already in use"));
        Assert.Equal("192.0.2.1", await kit.AskAsync("www.example.org."));
        Assert.Equal(1, kit.Server.Listeners[kit.Model.Listeners[0].Place].Workers);
        AssertFree(new IPEndPoint(IPAddress.Loopback, dns));
    }

    [Fact]
    public async Task AnAddressThatWasTakenInAReloadThatFailsLosesNoQueryOfTheWildcardAddress()
    {
        await using ReloadKit kit = await ReloadKit.StartAsync(Block("example.org:0", "127.0.0.1", 1));
        using Socket taken = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        taken.Listen();
        int port = FindPort();
        string wildcard = $"example.org:{port} {{\n hosts {{\n  192.0.2.1 www.example.org\n }}\n}}\n";
        kit.Write(wildcard);
        await kit.RequestAsync();
        QueryLoad load = new(new IPEndPoint(IPAddress.Loopback, port), udpClients: 8, tcpClients: 0, ("www.example.org.", "192.0.2.1"));

        kit.Write(wildcard + Block($"example.org:{port}", "127.0.0.1", 2, $"health 127.0.0.1:{((IPEndPoint)taken.LocalEndPoint!).Port}"));
        for (int i = 0; i < 20; i++)
        {
            await kit.RequestAsync();
        }

        await load.StopAsync();
        Assert.Empty(load.Failures);
        Assert.True(load.Answered > 0);
        Assert.Equal(1, kit.CountLog("Reloading complete"));
    }

    private static string Block(string keys, string bind, int last, string more = "")
        => $"{keys} {{\n bind {bind}\n {more}\n hosts {{\n  192.0.2.{last} www.example.org\n }}\n}}\n";

    private static async Task AskOftenAsync(IPEndPoint server)
    {
        for (int i = 0; i < 100; i++)
        {
            Assert.Equal("192.0.2.1", await ReloadKit.AskAsync(server, "www.example.org."));
        }
    }

    /// <summary>A port that nobody else has, by datagram or by stream, so that nobody keeps it once it is given back.</summary>
    private static (Socket Udp, Socket Tcp) TakePort()
    {
        while (true)
        {
            Socket udp = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            Socket tcp = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                // Even one that would share.
                udp.SetRawSocketOption(1, 15, BitConverter.GetBytes(1));
                udp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
                tcp.Bind(udp.LocalEndPoint!);
                tcp.Listen();
                return (udp, tcp);
            }
            catch (SocketException)
            {
                udp.Dispose();
                tcp.Dispose();
            }
        }
    }

    private static int FindPort()
    {
        using Socket probe = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }

    private static void AssertFree(IPEndPoint endpoint)
    {
        using Socket udp = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        udp.Bind(endpoint);
        using Socket tcp = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        tcp.Bind(endpoint);
        tcp.Listen();
    }
}
