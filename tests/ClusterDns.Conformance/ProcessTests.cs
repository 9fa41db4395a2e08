using System.Diagnostics;
using ClusterDns.Conformance.TestKit;

namespace ClusterDns.Conformance;

/// <summary>The process as scripts and Kubernetes handle it.</summary>
public sealed class ProcessTests
{
    private const string Corefile = ".:0 {\n bind 127.0.0.1\n whoami\n}\n";

    [Theory]
    [MemberData(nameof(Executable.All), MemberType = typeof(Executable))]
    public async Task SIGTERM_ends_in_good_order(Executable executable)
    {
        using RunningServer server = await RunningServer.StartAsync(executable, Corefile);

        await server.SignalAsync("TERM");

        Assert.Equal(0, await server.WaitForExitAsync());
        Assert.Contains("[INFO] SIGTERM: Shutting down servers then terminating", string.Join('\n', server.Output), StringComparison.Ordinal);
    }

    [InterruptTheory]
    [MemberData(nameof(Executable.All), MemberType = typeof(Executable))]
    public async Task Signals_that_do_not_kill_leave_the_server_serving(Executable executable)
    {
        using RunningServer server = await RunningServer.StartAsync(executable, Corefile);

        foreach (string signal in (string[])["HUP", "USR1", "USR2"])
        {
            await server.SignalAsync(signal);
            Assert.Contains("status: NOERROR", await server.DigAsync("a.test"), StringComparison.Ordinal);
        }

        await server.SignalAsync("QUIT");
        Assert.Equal(0, await server.WaitForExitAsync());
    }

    [Theory]
    [MemberData(nameof(Executable.All), MemberType = typeof(Executable))]
    public async Task A_wrong_Corefile_says_all_that_is_wrong_and_where(Executable executable)
    {
        using Process process = executable.CreateProcess("-conf", "stdin");
        process.Start();
        await process.StandardInput.WriteAsync(".:0 {\n  lgo\n  geoip . 192.0.2.1\n  bind nosuch0\n}\n");
        process.StandardInput.Close();
        string errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.Equal(1, process.ExitCode);
        Assert.Equal(
            "stdin:2:3: unknown directive 'lgo': expected the name of a plugin; did you mean 'log'?\n" +
            "stdin:3:3: plugin 'geoip' is not supported by this version\n",
            errors);
    }

    [Theory]
    [MemberData(nameof(Executable.All), MemberType = typeof(Executable))]
    public async Task A_second_server_on_the_same_port_is_noticed(Executable executable)
    {
        using RunningServer server = await RunningServer.StartAsync(executable, Corefile);
        using Process second = executable.CreateProcess("-conf", "stdin");
        second.Start();
        await second.StandardInput.WriteAsync(Corefile.Replace(":0", $":{server.Port}", StringComparison.Ordinal));
        second.StandardInput.Close();
        string errors = await second.StandardError.ReadToEndAsync();
        await second.WaitForExitAsync();

        Assert.Equal(1, second.ExitCode);
        Assert.Contains($"127.0.0.1:{server.Port}: address already in use", errors, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Executable.All), MemberType = typeof(Executable))]
    public async Task Plugins_and_version_are_listed(Executable executable)
    {
        Assert.StartsWith("ClusterDns-", await RunAsync(executable, "-version"), StringComparison.Ordinal);
        string plugins = await RunAsync(executable, "--plugins");
        Assert.Contains("dns.kubernetes", plugins, StringComparison.Ordinal);
        Assert.DoesNotContain("dns.geoip", plugins, StringComparison.Ordinal);
    }

    private static async Task<string> RunAsync(Executable executable, string argument)
    {
        using Process process = executable.CreateProcess(argument);
        process.Start();
        string printed = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
        return printed;
    }
}
