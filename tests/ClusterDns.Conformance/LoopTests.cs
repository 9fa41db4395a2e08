using ClusterDns.Conformance.TestKit;

namespace ClusterDns.Conformance;

/// <summary>A server that forwards to itself.</summary>
public sealed class LoopTests
{
    [Theory]
    [MemberData(nameof(Executable.All), MemberType = typeof(Executable))]
    public async Task A_server_that_forwards_only_to_itself_ends(Executable executable)
    {
        int port = FreePort.Find();
        using RunningServer server = await RunningServer.StartAsync(
            executable, $".:{port} {{\n bind 127.0.0.1\n loop\n forward . 127.0.0.1:{port}\n}}\n");

        await server.WaitForOutputAsync($"-> dns://127.0.0.1:{port}) detected for zone \".\": upstream 127.0.0.1:{port} forwards to this server, and no other upstream is left");
        Assert.Equal(1, await server.WaitForExitAsync());
    }

    [Theory]
    [MemberData(nameof(Executable.All), MemberType = typeof(Executable))]
    public async Task The_upstream_that_loops_is_left_out_while_another_remains(Executable executable)
    {
        int port = FreePort.Find();
        using RunningServer upstream = await RunningServer.StartAsync(
            executable, ".:0 {\n bind 127.0.0.1\n hosts {\n  192.0.2.80 www.example.net\n }\n}\n");
        using RunningServer server = await RunningServer.StartAsync(
            executable, $".:{port} {{\n bind 127.0.0.1\n loop\n forward . 127.0.0.1:{port} 127.0.0.1:{upstream.Port} {{\n  policy sequential\n }}\n}}\n");

        await server.WaitForOutputAsync($"upstream 127.0.0.1:{port} forwards to this server and is no longer used");
        Assert.Equal("192.0.2.80", await server.DigAsync("+short", "www.example.net"));
    }
}
