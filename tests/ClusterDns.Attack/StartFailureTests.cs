using System.Globalization;
using ClusterDns.Attack.TestKit;
using ClusterDns.Conformance.TestKit;

namespace ClusterDns.Attack;

/// <summary>A start that fails is one line and exit code 1, whatever the reason; a running server survives what would fail a start.</summary>
public sealed class StartFailureTests
{
    private const string Hosts = "hosts FOLDER/hosts {\n  reload 100ms\n  fallthrough\n }";

    [AttackTheory]
    [InlineData("forward . {$CLUSTERDNS_UNSET}")]
    [InlineData("forward . \"\"")]
    [InlineData("forward . FOLDER")]
    [InlineData("forward . /nowhere/resolv.conf")]
    [InlineData("kubernetes cluster.local {\n  manifests \"\"\n }")]
    [InlineData("kubernetes cluster.local {\n  kubeconfig FOLDER/kubeconfig\n }")]
    [InlineData("kubernetes cluster.local {\n  kubeconfig FOLDER\n }")]
    [InlineData("kubernetes cluster.local {\n  kubeconfig \"\"\n }")]
    [InlineData("kubernetes cluster.local {\n  endpoint http://[::\n }")]
    [InlineData("kubernetes cluster.local {\n  endpoint https://127.0.0.1:1\n  tls \"\" \"\" FOLDER/kubeconfig\n }")]
    [InlineData("hosts \"a\0b\" {\n  10.0.0.1 x.test\n }\n bind \"\"")]
    [InlineData("bind 192.0.2.1")]
    [InlineData("prometheus 192.0.2.1:9153")]
    [InlineData("health 127.0.0.1:99999")]
    [InlineData("import \"\0\"")]
    [InlineData("template IN A {\n  match \"(\"\n }")]
    public async Task A_failed_start_is_explained_without_a_stack_trace_and_exits_with_code_1(string directive)
    {
        using AttackedServer server = AttackedServer.Launch(
            $".:0 {{\n {directive}\n}}\n",
            null,
            ("kubeconfig", "apiVersion: v1\nkind: Config\ncurrent-context: x\ncontexts: [{name: x, context: {cluster: x, user: x}}]\nclusters: [{name: x, cluster: {server: \"http://127.0.0.1:1\"}}]\nusers: [{name: x, user: {token: \"a\\nb\"}}]\n"));

        int code = await server.WaitForExitAsync();

        AssertOneLine(server.Output);
        Assert.Equal(1, code);
    }

    /// <summary>What is empty or not there yet, with which CoreDNS starts too.</summary>
    [AttackTheory]
    [InlineData("hosts \"\"")]
    [InlineData("loadbalance weighted \"\"")]
    [InlineData("root \"\0\"")]
    [InlineData("kubernetes cluster.local {\n  manifests /nowhere/*.yaml\n }")]
    public async Task A_path_that_is_empty_or_not_there_yet_does_not_end_the_server(string directive)
    {
        using AttackedServer server = await AttackedServer.StartAsync($".:0 {{\n bind 127.0.0.1\n {directive}\n template IN A {{\n  answer \"{{{{ .Name }}}} 60 IN A 192.0.2.1\"\n }}\n}}\n");

        await server.AskAsync("one.test.");

        server.AssertAlive();
        Assert.DoesNotContain("   at ", server.Output, StringComparison.Ordinal);
    }

    [AttackTheory]
    [InlineData("-pidfile", "/nowhere/pid", 1)]
    [InlineData("-conf", "/nowhere", 1)]
    [InlineData("-conf", "/tmp", 1)]
    [InlineData("-dns.port", "70000", 2)]
    public async Task A_bad_option_is_explained_without_a_stack_trace(string option, string value, int code)
    {
        using AttackedServer folder = AttackedServer.Launch(".:0 {\n bind 127.0.0.1\n whoami\n}\n");
        using RunningServer server = RunningServer.Start(Executable.Best, null, "-conf", folder.PathOf("Corefile"), option, value);

        Assert.Equal(code, await server.WaitForExitAsync());

        // A mistake on the command line is followed by its usage.
        AssertOneLine(string.Join('\n', [.. server.Errors, .. server.Output]).Split("\nUsage of", 2)[0]);
    }

    [AttackTheory]
    [InlineData("2>&-", 1, "nosuch")]
    [InlineData(">&-", 1, "nosuch")]
    [InlineData(">&- 2>&-", 1, "nosuch")]
    [InlineData("2>/dev/full", 1, "nosuch")]
    [InlineData(">/dev/full 2>&1", 1, "nosuch")]
    public async Task A_start_that_fails_exits_with_code_1_though_nobody_can_read_why(string redirect, int code, string directive)
    {
        using AttackedServer server = AttackedServer.Launch($".:0 {{\n {directive}\n}}\n", new Limits { Redirect = redirect });

        Assert.Equal(code, await server.WaitForExitAsync());
    }

    [AttackTheory]
    [InlineData("2>&-")]
    [InlineData(">&-")]
    [InlineData("<&- >&- 2>&-")]
    [InlineData(">/dev/full 2>&1")]
    public async Task A_server_serves_though_its_output_is_closed_or_full(string redirect)
    {
        int port = FreePort.Find();
        using AttackedServer server = AttackedServer.Launch(
            $".:{port} {{\n bind 127.0.0.1\n log\n errors\n hosts {{\n  10.0.0.1 one.test\n }}\n}}\n", new Limits { Redirect = redirect });

        string answer = "";
        await server.UntilAsync(
            async () => (answer = Message.Describe(await Client.AskAsync(port, Message.Query("one.test."), TimeSpan.FromMilliseconds(200)))).StartsWith("NOERROR", StringComparison.Ordinal),
            "answered");

        Assert.Equal("NOERROR 10.0.0.1", answer);
    }

    /// <summary>What would leave a timer's callback as an exception must not end the process.</summary>
    [AttackTheory]
    [InlineData("rm -f $1/hosts; mkdir $1/hosts")]
    [InlineData("rm -f $1/hosts; ln -s hosts $1/hosts")]
    [InlineData("rm -f $1/hosts; ln -s /proc/1/mem $1/hosts")]
    [InlineData("rm -rf $1/hosts; ln -s /dev/full $1/hosts")]
    [InlineData("printf '\\377\\376\\000\\000 \\000\\n10.0.0.2 one.test\\000.x\\n999.1.1.1 \\n' > $1/hosts")]
    [InlineData("head -c 3000000 /dev/urandom > $1/hosts")]
    [InlineData("touch -d 9999-12-31 $1/hosts; echo 10.0.0.1 one.test >> $1/hosts; touch -d 0001-01-01 $1/hosts")]
    [InlineData("python3 -c 'import sys; sys.stdout.write(\"10.0.0.1 \" + \"a.\" * 4000000)' > $1/hosts")]
    public async Task A_hosts_file_that_cannot_be_read_does_not_end_a_running_server(string change)
    {
        using AttackedServer server = await AttackedServer.StartAsync(
            $".:0 {{\n bind 127.0.0.1\n errors\n {Hosts}\n template IN A {{\n  answer \"{{{{ .Name }}}} 60 IN A 192.0.2.1\"\n }}\n}}\n", null, ("hosts", "10.0.0.1 one.test\n"));

        await Shell.RunAsync("sh", "-c", change, "sh", Path.GetDirectoryName(server.PathOf("x"))!);
        await Task.Delay(500);

        server.AssertAlive();
        Assert.StartsWith("NOERROR", await server.AskAsync("two.test."), StringComparison.Ordinal);
    }

    [AttackTheory]
    [InlineData("")]
    [InlineData(". {\n nosuch\n}\n")]
    [InlineData(".:0 {\n bind 127.0.0.1\n import FOLDER/Corefile\n}\n")]
    [InlineData(".:0 {\n bind 192.0.2.1\n whoami\n}\n")]
    public async Task A_reload_that_fails_keeps_the_old_configuration_and_reports_it(string corefile)
    {
        using AttackedServer server = await AttackedServer.StartAsync(".:0 {\n bind 127.0.0.1\n errors\n hosts {\n  10.0.0.1 one.test\n }\n}\n");

        server.Write("Corefile", corefile);
        await server.SignalAsync("USR1");
        await server.UntilAsync(
            () => Task.FromResult(((string[])["[ERROR]", "Corefile parse failed", "reload failed"]).Any(part => server.Output.Contains(part, StringComparison.Ordinal))), "reported");

        Assert.Equal("NOERROR 10.0.0.1", await server.AskAsync("one.test."));
        server.Write("Corefile", ".:0 {\n bind 127.0.0.1\n errors\n hosts {\n  10.0.0.2 one.test\n }\n}\n");
        await server.SignalAsync("USR1");
        await server.UntilAsync(async () => string.Equals(await server.AskAsync("one.test."), "NOERROR 10.0.0.2", StringComparison.Ordinal), "reloaded");
    }

    [AttackFact]
    public async Task A_Corefile_that_is_a_FIFO_is_reported_instead_of_waited_for()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        string fifo = Path.Combine(folder, "Corefile");
        await Shell.RunAsync("mkfifo", fifo);
        using RunningServer server = RunningServer.Start(Executable.Best, null, "-conf", fifo);

        Assert.Equal(1, await server.WaitForExitAsync());
        AssertOneLine(string.Join('\n', [.. server.Errors, .. server.Output]));
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>It takes 16 s where each block is compared with each other; 3 s are allowed, with slack for a busy machine.</summary>
    [AttackFact]
    public async Task Ten_thousand_server_blocks_start_in_seconds()
    {
        string blocks = string.Concat(Enumerable.Range(0, 10_000).Select(static i => string.Create(CultureInfo.InvariantCulture, $"z{i}.test:0 {{\n bind 127.0.0.1\n whoami\n}}\n")));
        using AttackedServer server = AttackedServer.Launch(".:0 {\n bind 127.0.0.1\n whoami\n}\n" + blocks);

        await server.UntilAsync(() => Task.FromResult(server.Output.Contains("CoreDNS-", StringComparison.Ordinal) || server.Output.Contains("ClusterDns", StringComparison.OrdinalIgnoreCase)), "started", TimeSpan.FromSeconds(6));
    }

    private static void AssertOneLine(string output)
    {
        // The banner is there already when a later step fails.
        string[] lines = [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(static line => !line.StartsWith("ClusterDns-", StringComparison.Ordinal)
            && !line.StartsWith("linux/", StringComparison.Ordinal) && !line.StartsWith(".:", StringComparison.Ordinal))];
        Assert.DoesNotContain("Unhandled exception", output, StringComparison.Ordinal);
        Assert.DoesNotContain(lines, static line => line.StartsWith("   at ", StringComparison.Ordinal));
        Assert.InRange(lines.Count(static line => !line.StartsWith("[INFO]", StringComparison.Ordinal) && !line.StartsWith("[WARNING]", StringComparison.Ordinal)), 1, 3);
    }
}
