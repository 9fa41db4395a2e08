using ClusterDns.Conformance.TestKit;

namespace ClusterDns.Conformance;

/// <summary>One server in front of another, asked with dig.</summary>
public sealed class ForwardTests
{
    [Theory]
    [MemberData(nameof(Executable.All), MemberType = typeof(Executable))]
    public async Task Answers_of_an_upstream_pass_by_UDP_and_by_TCP(Executable executable)
    {
        string addresses = string.Join("\n  ", Enumerable.Range(1, 100).Select(static i => $"192.0.2.{i} many.example.net"));
        using RunningServer upstream = await RunningServer.StartAsync(
            executable, $".:0 {{\n bind 127.0.0.1\n hosts {{\n  192.0.2.80 www.example.net\n  {addresses}\n  fallthrough other.net\n }}\n whoami\n}}\n");
        using RunningServer server = await RunningServer.StartAsync(
            executable, $".:0 {{\n bind 127.0.0.1\n errors\n log\n forward . 127.0.0.1:{upstream.Port}\n}}\n");

        Assert.Equal("192.0.2.80", await server.DigAsync("+short", "www.example.net"));
        Assert.Equal("192.0.2.80", await server.DigAsync("+short", "+tcp", "www.example.net"));
        Assert.Contains("WwW.eXample.net.", await server.DigAsync("WwW.eXample.net"), StringComparison.Ordinal);
        Assert.Contains("status: SERVFAIL", await server.DigAsync("missing.example.net"), StringComparison.Ordinal);

        // Too large for a datagram: dig is told so, and comes by TCP.
        string[] all = (await server.DigAsync("+short", "+bufsize=512", "many.example.net")).Split('\n');
        Assert.Equal(100, all.Count(static line => line.StartsWith("192.0.2.", StringComparison.Ordinal)));
        Assert.Contains("flags: qr aa tc", await server.DigAsync("+ignore", "+bufsize=512", "many.example.net"), StringComparison.Ordinal);
        Assert.Equal(100, (await server.DigAsync("+short", "+bufsize=4096", "many.example.net")).Split('\n').Length);
        await server.WaitForOutputAsync("\"A IN www.example.net. udp ");
    }

    [Theory]
    [MemberData(nameof(Executable.All), MemberType = typeof(Executable))]
    public async Task A_dead_upstream_is_told_and_the_server_lives(Executable executable)
    {
        // Port 9 of the loopback interface: nobody is there.
        using RunningServer server = await RunningServer.StartAsync(
            executable, ".:0 {\n bind 127.0.0.1\n errors\n forward . 127.0.0.1:9 {\n  max_fails 0\n }\n}\n");

        for (int i = 0; i < 3; i++)
        {
            Assert.Contains("status: SERVFAIL", await server.DigAsync("www.example.net"), StringComparison.Ordinal);
        }

        await server.WaitForOutputAsync("[ERROR] plugin/errors: 2 www.example.net. A: read udp 127.0.0.1:9: connection refused");
        await server.SignalAsync("TERM");
        Assert.Equal(0, await server.WaitForExitAsync());
    }

    [Theory]
    [MemberData(nameof(Executable.All), MemberType = typeof(Executable))]
    public async Task Queries_that_wait_are_answered_before_the_server_ends(Executable executable)
    {
        using System.Net.Sockets.UdpClient upstream = new(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        int port = ((System.Net.IPEndPoint)upstream.Client.LocalEndPoint!).Port;
        using RunningServer server = await RunningServer.StartAsync(
            executable, $".:0 {{\n bind 127.0.0.1\n forward . 127.0.0.1:{port}\n}}\n");

        Task<string> answer = server.DigAsync("+short", "www.example.net");
        System.Net.Sockets.UdpReceiveResult query = await upstream.ReceiveAsync();
        await server.SignalAsync("TERM");
        await server.WaitForOutputAsync("SIGTERM");
        byte[] reply = [.. query.Buffer[..2], 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0, .. query.Buffer[12..33], 0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 7];
        await upstream.SendAsync(reply, query.RemoteEndPoint);

        Assert.Equal("192.0.2.7", await answer);
        Assert.Equal(0, await server.WaitForExitAsync());
    }
}
