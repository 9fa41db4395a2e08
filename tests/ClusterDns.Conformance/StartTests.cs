using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ClusterDns.Conformance.TestKit;

namespace ClusterDns.Conformance;

/// <summary>How the process starts, and what it does when nobody reads what it writes.</summary>
public sealed class StartTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [MemberData(nameof(Executable.All), MemberType = typeof(Executable))]
    public async Task A_Corefile_that_is_missing_is_an_error(Executable executable)
    {
        using Process process = executable.CreateProcess("-conf", "/nowhere/Corefile");
        process.Start();
        string errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.Equal(1, process.ExitCode);
        Assert.Equal("/nowhere/Corefile:1:1: cannot read the Corefile: no such file; expected a file (set by -conf)\n", errors);
    }

    [Theory]
    [MemberData(nameof(Executable.All), MemberType = typeof(Executable))]
    public async Task Closed_standard_descriptors_keep_the_exit_code(Executable executable)
    {
        using Process process = executable.CreateProcess("-conf", "/nowhere/Corefile");
        string command = string.Join(' ', process.StartInfo.ArgumentList.Prepend(process.StartInfo.FileName).Select(static word => $"'{word}'"));
        process.StartInfo.FileName = "/bin/sh";
        process.StartInfo.ArgumentList.Clear();
        process.StartInfo.ArgumentList.Add("-c");
        process.StartInfo.ArgumentList.Add($"exec {command} 0<&- 1>&- 2>&-");
        process.Start();
        await process.WaitForExitAsync();

        Assert.Equal(1, process.ExitCode);
    }

    [Theory]
    [MemberData(nameof(Executable.All), MemberType = typeof(Executable))]
    public async Task A_wrong_flag_says_how_the_program_is_used(Executable executable)
    {
        using Process process = executable.CreateProcess("-config", "Corefile");
        process.Start();
        string errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.Equal(2, process.ExitCode);
        Assert.StartsWith("flag provided but not defined: -config\nUsage of clusterdns:", errors, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Executable.All), MemberType = typeof(Executable))]
    public async Task A_port_that_is_taken_is_one_clear_line(Executable executable)
    {
        using Socket taken = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        taken.Listen();
        using Process process = executable.CreateProcess("-conf", "stdin");
        process.Start();
        await process.StandardInput.WriteAsync($".:{((IPEndPoint)taken.LocalEndPoint!).Port} {{\n bind 127.0.0.1\n whoami\n}}\n");
        process.StandardInput.Close();
        string errors = await process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.Equal(1, process.ExitCode);
        Assert.Equal($"listen tcp {taken.LocalEndPoint}: address already in use (is another DNS server running?)\n", errors);
        Assert.Equal("", output);
    }

    [Theory]
    [MemberData(nameof(Executable.All), MemberType = typeof(Executable))]
    public async Task Without_a_Corefile_the_server_says_who_asks_and_logs_it(Executable executable)
    {
        int port = FreePort.Find();
        string pidFile = Path.Combine(_folder.FullName, "pid");
        using RunningServer server = RunningServer.Start(
            executable, _folder.FullName, "-p", port.ToString(CultureInfo.InvariantCulture), "-pidfile", pidFile);
        await server.WaitUntilServingAsync();

        Assert.Contains("_udp.who.test.", await server.DigAsync("who.test", "+additional"), StringComparison.Ordinal);
        await server.WaitForOutputAsync("\"A IN who.test. udp ");
        Assert.Equal(server.ProcessId.ToString(CultureInfo.InvariantCulture), (await File.ReadAllTextAsync(pidFile)).Trim());
        Assert.Equal(port, server.Port);
    }

    [Theory]
    [MemberData(nameof(Executable.All), MemberType = typeof(Executable))]
    public async Task A_reader_that_stops_reading_stops_no_query(Executable executable)
    {
        // The pipe holds 64 KiB and the server's queue 1 MiB; each query writes some 90 bytes.
        const int queries = 20_000;
        int port = FreePort.Find();
        using Process process = executable.CreateProcess("-conf", "stdin");
        process.Start();
        try
        {
            await process.StandardInput.WriteAsync($".:{port} {{\n bind 127.0.0.1\n log\n whoami\n}}\n");
            process.StandardInput.Close();
            await process.StandardOutput.ReadLineAsync().WaitAsync(Patience);

            using Socket client = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = (int)Patience.TotalMilliseconds };
            client.Connect(IPAddress.Loopback, port);
            byte[] query = [0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 3, (byte)'w', (byte)'h', (byte)'o', 4, (byte)'t', (byte)'e', (byte)'s', (byte)'t', 0, 0, 1, 0, 1];
            byte[] answer = new byte[512];
            for (int i = 0; i < queries; i++)
            {
                query[0] = (byte)(i >> 8);
                query[1] = (byte)i;
                client.Send(query);
                Assert.True(client.Receive(answer) > query.Length);
                Assert.Equal((query[0], query[1]), (answer[0], answer[1]));
            }
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
    }
}
