using System.Diagnostics;
using System.Net;
using ClusterDns.Conformance.TestKit;

namespace ClusterDns.Conformance;

/// <summary>What kubelet and Prometheus ask, and how the server takes its leave.</summary>
public sealed class HttpTests : IDisposable
{
    private readonly HttpClient _client = new();

    public void Dispose() => _client.Dispose();

    [Theory]
    [MemberData(nameof(Executable.All), MemberType = typeof(Executable))]
    public async Task Probes_and_scrapes_are_answered_and_lameduck_is_kept(Executable executable)
    {
        int health = FreePort.Find();
        int ready = FreePort.Find();
        int metrics = FreePort.Find();
        using RunningServer server = await RunningServer.StartAsync(
            executable,
            $".:0 {{\n bind 127.0.0.1\n health 127.0.0.1:{health} {{\n  lameduck 2s\n }}\n ready 127.0.0.1:{ready}\n prometheus 127.0.0.1:{metrics}\n whoami\n}}\n");

        Assert.Equal("OK", await _client.GetStringAsync(new Uri($"http://127.0.0.1:{health}/health")));
        Assert.Equal("OK", await _client.GetStringAsync(new Uri($"http://127.0.0.1:{ready}/ready")));
        Assert.Contains("status: NOERROR", await server.DigAsync("www.example"), StringComparison.Ordinal);
        string scrape = await _client.GetStringAsync(new Uri($"http://127.0.0.1:{metrics}/metrics"));
        Assert.Contains("type=\"A\"} 1\n", scrape, StringComparison.Ordinal);
        Assert.Contains("plugin=\"whoami\"} 1\n", scrape, StringComparison.Ordinal);
        Assert.Contains("name=\"prometheus\"} 1\n", scrape, StringComparison.Ordinal);
        Assert.Contains("coredns_build_info{version=", scrape, StringComparison.Ordinal);

        await server.SignalAsync("TERM");
        await server.WaitForOutputAsync("[INFO] plugin/health: Going into lameduck mode for 2s");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await _client.GetAsync(new Uri($"http://127.0.0.1:{ready}/ready"))).StatusCode);
        Assert.Equal("OK", await _client.GetStringAsync(new Uri($"http://127.0.0.1:{health}/health")));
        Assert.Contains("status: NOERROR", await server.DigAsync("www.example"), StringComparison.Ordinal);
        Assert.Equal(0, await server.WaitForExitAsync());
    }

    [Theory]
    [MemberData(nameof(Executable.All), MemberType = typeof(Executable))]
    public async Task An_address_that_is_taken_is_an_error_at_start(Executable executable)
    {
        using System.Net.Sockets.TcpListener taken = new(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;
        using Process process = executable.CreateProcess("-conf", "stdin");
        process.Start();
        await process.StandardInput.WriteAsync($".:0 {{\n bind 127.0.0.1\n prometheus 127.0.0.1:{port}\n whoami\n}}\n");
        process.StandardInput.Close();
        string errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.Equal(1, process.ExitCode);
        Assert.Contains($"listen http 127.0.0.1:{port}: address already in use", errors, StringComparison.Ordinal);
    }

    [InterruptTheory]
    [MemberData(nameof(Executable.All), MemberType = typeof(Executable))]
    public async Task A_second_interrupt_ends_the_lameduck(Executable executable)
    {
        using RunningServer server = await RunningServer.StartAsync(
            executable, $".:0 {{\n bind 127.0.0.1\n health 127.0.0.1:{FreePort.Find()} {{\n  lameduck 1h\n }}\n whoami\n}}\n");

        await server.SignalAsync("INT");
        await server.WaitForOutputAsync("Going into lameduck mode for 1h");
        await server.SignalAsync("INT");

        Assert.Equal(2, await server.WaitForExitAsync());
    }
}
