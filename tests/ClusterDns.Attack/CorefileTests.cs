using ClusterDns.Attack.TestKit;

namespace ClusterDns.Attack;

/// <summary>Corefiles with which CoreDNS 1.14.7 starts, and mistakes that deserve a good message.</summary>
public sealed class CorefileTests
{
    [AttackTheory]
    [InlineData("reload 10s\n reload 20s")]
    [InlineData("bufsize 1232\n bufsize 1400")]
    [InlineData("loadbalance\n loadbalance round_robin")]
    [InlineData("minimal\n minimal")]
    [InlineData("local\n local")]
    [InlineData("root /tmp\n root /")]
    [InlineData("timeouts {\n  idle 10s\n }\n timeouts {\n  read 5s\n }")]
    [InlineData("dns64\n dns64 {\n  translate_all\n }")]
    [InlineData("whoami\n whoami")]
    [InlineData("chaos a\n chaos b")]
    [InlineData("cancel\n cancel")]
    [InlineData("timeouts {\n  read 10\n }")]
    [InlineData("reload 2s 0s")]
    [InlineData("any x")]
    [InlineData("local x")]
    [InlineData("header {\n  response set aa\n }\n header {\n  response set ra\n }")]
    [InlineData("errors {\n  consolidate 5m \".* i/o timeout$\" warning\n }")]
    [InlineData("acl 0/25.2.0.192.in-addr.arpa {\n  allow net 127.0.0.0/8\n }")]
    public async Task A_block_with_which_CoreDNS_starts_starts_here(string lines)
    {
        using AttackedServer server = await AttackedServer.StartAsync($".:0 {{\n bind 127.0.0.1\n {lines}\n hosts {{\n  10.0.0.1 one.test\n }}\n}}\n");

        Assert.StartsWith("NOERROR 10.0.0.1", await server.AskAsync("one.test."), StringComparison.Ordinal);
    }

    [AttackFact]
    public async Task A_zone_of_RFC_2317_is_served()
    {
        using AttackedServer server = await AttackedServer.StartAsync(
            ".:0 {\n bind 127.0.0.1\n whoami\n}\n0/25.2.0.192.in-addr.arpa:0 {\n bind 127.0.0.1\n template IN A {\n  answer \"{{ .Name }} 60 IN A 192.0.2.9\"\n }\n}\n");

        Assert.Equal("NOERROR 192.0.2.9", await server.AskAsync("5.0/25.2.0.192.in-addr.arpa."));
    }

    [AttackTheory]
    [InlineData("forward . {$CLUSTERDNS_TWO}", "several words")]
    [InlineData("forward bücher.example 127.0.0.1", "xn--bcher-kva.example")]
    [InlineData("bind \u201C127.0.0.1\u201D", "U+201C")]
    public async Task A_mistake_is_explained(string lines, string part)
    {
        using AttackedServer server = AttackedServer.Launch(
            $".:0 {{\n bind 127.0.0.1\n {lines}\n}}\n", new Limits { Redirect = "", Environment = "CLUSTERDNS_TWO=127.0.0.1 127.0.0.2" });

        Assert.Equal(1, await server.WaitForExitAsync());
        Assert.Contains(part, server.Output, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("Corefile:", server.Output, StringComparison.Ordinal);
    }

    [AttackFact]
    public async Task A_pasted_ConfigMap_is_explained_once()
    {
        using AttackedServer server = AttackedServer.Launch(
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: coredns\n  namespace: kube-system\ndata:\n  Corefile: |\n    .:53 {\n        errors\n        forward . /etc/resolv.conf\n    }\n");

        Assert.Equal(1, await server.WaitForExitAsync());
        Assert.Single(server.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries), static line => line.Contains("Kubernetes manifest", StringComparison.Ordinal));
    }

    [AttackFact]
    public async Task A_non_breaking_space_is_read_as_a_space_with_a_warning_that_has_its_place()
    {
        using AttackedServer server = await AttackedServer.StartAsync(".:0 {\n bind\u00A0127.0.0.1\n hosts {\n  10.0.0.1 one.test\n }\n}\n");

        Assert.Equal("NOERROR 10.0.0.1", await server.AskAsync("one.test."));
        Assert.Contains("Corefile:2:6: a non-breaking", server.Output, StringComparison.Ordinal);
    }

    /// <summary>As kubelet swaps a mounted ConfigMap: <c>..data</c> is a link to a folder that is replaced as a whole.</summary>
    [AttackFact]
    public async Task A_swapped_ConfigMap_is_taken_over_again_and_again()
    {
        using AttackedServer server = await AttackedServer.StartAsync(
            ".:0 {\n bind 127.0.0.1\n errors\n reload 2s 1s\n import FOLDER/..data/*.override\n hosts FOLDER/..data/hosts {\n  reload 100ms\n }\n}\n",
            null,
            ("..data/hosts", "10.0.0.1 one.test\n"));
        Directory.Delete(server.PathOf("..data"), recursive: true);
        for (int i = 2; i < 8; i++)
        {
            string folder = $"..v{i}";
            server.Write($"{folder}/hosts", $"10.0.0.{i} one.test\n");
            server.Write($"{folder}/x.override", $"chaos v{i}\n");
            await Shell.RunAsync("sh", "-euc", "ln -sfn $2 $1/..data.link; mv -T $1/..data.link $1/..data", "sh", Path.GetDirectoryName(server.PathOf("x"))!, folder);
            await server.UntilAsync(async () => string.Equals(await server.AskAsync("one.test."), $"NOERROR 10.0.0.{i}", StringComparison.Ordinal), $"swapped {i} times");
        }
    }
}
