using ClusterDns.Attack.TestKit;
using ClusterDns.Core.Wire;

namespace ClusterDns.Attack;

/// <summary>What an operator can see when something is wrong.</summary>
public sealed class LogTests
{
    /// <summary>A disk that was full for a moment must not end the log.</summary>
    [AttackFact(Needs.Root)]
    public async Task A_log_goes_on_when_there_is_room_again()
    {
        string folder = Directory.CreateTempSubdirectory("clusterdns-full-").FullName;
        await Shell.RunAsync("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder);
        try
        {
            string log = Path.Combine(folder, "log");
            string fill = Path.Combine(folder, "fill");
            int port = Conformance.TestKit.FreePort.Find();
            using AttackedServer server = AttackedServer.Launch(
                $".:{port} {{\n bind 127.0.0.1\n log\n hosts {{\n  10.0.0.1 one.test\n }}\n}}\n", new Limits { Redirect = $">>{log} 2>&1" });
            await server.UntilAsync(async () => await Client.AskAsync(port, Message.Query("one.test."), TimeSpan.FromMilliseconds(200)) is not null, "started");
            await File.WriteAllBytesAsync(fill, new byte[40_000]);

            // More than the queue and the writer hold: 512 KiB each.
            await AskAsync(port, 14_000);
            await server.UntilAsync(() => Task.FromResult(new FileInfo(log).Length > 10_000), "full");
            await Task.Delay(500);
            long full = new FileInfo(log).Length;

            // Room for all that waits, not only for the next lines.
            await Shell.RunAsync("mount", "-o", "remount,size=16m", folder);
            await server.UntilAsync(
                async () =>
                {
                    await AskAsync(port, 20);
                    return new FileInfo(log).Length > full + 1000;
                },
                "written again");

            await server.UntilAsync(
                async () => (await File.ReadAllTextAsync(log)).Contains(" log lines dropped", StringComparison.Ordinal), "reported how many lines were lost");
        }
        finally
        {
            await Shell.RunAsync("umount", "-l", folder);
            Directory.Delete(folder);
        }
    }

    /// <summary>"i/o timeout" stands for silence alone; replies that fit no query are another fault.</summary>
    [AttackTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Silence_and_replies_that_fit_no_query_are_told_apart(bool isSilent)
    {
        using ScriptedPeer upstream = new()
        {
            OnDatagram = (query, _) =>
            {
                byte[] wrong = Message.Address(query, 66);
                wrong[1] ^= 1;
                return isSilent ? [] : [wrong];
            },
        };
        using AttackedServer server = await AttackedServer.StartAsync($".:0 {{\n bind 127.0.0.1\n errors\n forward . {upstream.Address}\n}}\n");

        Assert.Equal("SERVFAIL", await server.AskAsync("www.test.", RecordType.A, TimeSpan.FromSeconds(10)));
        await server.UntilAsync(() => Task.FromResult(server.Output.Contains("[ERROR] plugin/errors", StringComparison.Ordinal)), "logged");

        string line = server.Output.Split('\n').First(static line => line.Contains("[ERROR] plugin/errors", StringComparison.Ordinal));
        bool isOnlyTimeout = line.EndsWith("i/o timeout", StringComparison.Ordinal);
        Assert.True(isOnlyTimeout == isSilent, line);
    }

    private static async Task AskAsync(int port, int count)
    {
        for (int i = 0; i < count; i++)
        {
            await Client.AskAsync(port, Message.Query("one.test.", RecordType.A, i), TimeSpan.FromSeconds(1));
        }
    }
}
