using ClusterDns.Core.Pipeline;
using ClusterDns.Server.Hosting;

namespace ClusterDns.Tests.Hosting;

public class ReloadTests
{
    [Fact]
    public async Task AFileThatHasChangedIsTakenOver()
    {
        await using ReloadKit kit = await ReloadKit.StartAsync(WithAddress(1));
        Assert.Equal("192.0.2.1", await kit.AskAsync("www.example.org."));
        string first = kit.Model.ContentHash;

        kit.Write(WithAddress(2));
        await kit.LookAsync();

        Assert.Equal("192.0.2.2", await kit.AskAsync("www.example.org."));
        Assert.False(string.Equals(first, kit.Model.ContentHash, StringComparison.Ordinal));
        Assert.Equal(
            $"Information plugin/reload: Running configuration SHA512 = {first}\n" +
            "Information reload: Reloading\n" +
            $"Information plugin/reload: Running configuration SHA512 = {kit.Model.ContentHash}\n" +
            "Information reload: Reloading complete",
            string.Join('\n', kit.Log.Where(static line => line.Contains("eload", StringComparison.Ordinal))));
        Assert.Equal(1, kit.Metric("coredns_reload_version_info"));
        Assert.Equal(0, kit.Metric("coredns_reload_failed_total"));
    }

    [Fact]
    public async Task AnImportThatHasChangedIsAChange()
    {
        await using ReloadKit kit = await ReloadKit.StartAsync(".:0 {\n bind 127.0.0.1\n reload 10s\n import *.part\n whoami\n}\n");

        kit.Write("names.part", "hosts {\n 192.0.2.3 www.example.org\n}\n");
        await kit.LookAsync();

        Assert.Equal("192.0.2.3", await kit.AskAsync("www.example.org."));
    }

    [Fact]
    public async Task AFileThatHasNotChangedIsLeftAlone()
    {
        await using ReloadKit kit = await ReloadKit.StartAsync(WithAddress(1));
        int files = kit.Files.Read.Count;

        await kit.LookAsync();

        Assert.Equal(0, kit.CountLog("Reloading"));
        Assert.Equal(files, kit.Files.Read.Count);
    }

    [Fact]
    public async Task ARequestReloadsWhateverHasChanged()
    {
        await using ReloadKit kit = await ReloadKit.StartAsync(".:0 {\n bind 127.0.0.1\n whoami\n}\n");

        await kit.RequestAsync();
        await kit.RequestAsync();

        Assert.Equal(2, kit.CountLog("Reloading complete"));
        Assert.Equal(0, kit.CountLog("Running configuration"));
    }

    [Fact]
    public async Task WithoutReloadNobodyLooks()
    {
        await using ReloadKit kit = await ReloadKit.StartAsync(WithAddress(1));

        kit.Write(WithAddress(2).Replace("reload 10s 1s\n", "", StringComparison.Ordinal));
        await kit.LookAsync();
        kit.Write(WithAddress(3));
        kit.Time.Advance(TimeSpan.FromHours(1));

        Assert.Equal("192.0.2.2", await kit.AskAsync("www.example.org."));
        Assert.Equal(1, kit.Reloader.Ended);

        await kit.RequestAsync();
        Assert.Equal("192.0.2.3", await kit.AskAsync("www.example.org."));
    }

    [Fact]
    public async Task ABrokenFileChangesNothingAndIsToldAtEachLook()
    {
        await using ReloadKit kit = await ReloadKit.StartAsync(WithAddress(1));
        int resources = kit.Environment.Resources.Count;

        kit.Write(WithAddress(2) + "}\nx {\n}\n");
        await kit.LookAsync();
        await kit.LookAsync();

        Assert.Equal("192.0.2.1", await kit.AskAsync("www.example.org."));
        Assert.Equal(2, kit.CountLog($"Corefile parse failed: {kit.PathOf("Corefile")}:8:1: unexpected '}}': expected a server block"));
        Assert.Equal(1, kit.Metric("coredns_reload_failed_total"));
        Assert.Equal(resources, kit.Environment.Resources.Count);

        kit.Write(WithAddress(2));
        await kit.LookAsync();
        Assert.Equal("192.0.2.2", await kit.AskAsync("www.example.org."));
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing yet\n")]
    [InlineData("(common) {\n log\n}\n")]
    public async Task A_file_that_has_become_empty_changes_nothing_and_is_reported(string empty)
    {
        await using ReloadKit kit = await ReloadKit.StartAsync(WithAddress(1));

        kit.Write(empty);
        await kit.LookAsync();
        await kit.LookAsync();

        Assert.Equal("192.0.2.1", await kit.AskAsync("www.example.org."));
        Assert.Equal(1, kit.CountLog("Corefile changed but reload failed: "));
        Assert.Equal(1, kit.Metric("coredns_reload_failed_total"));

        kit.Write(WithAddress(2));
        await kit.LookAsync();
        Assert.Equal("192.0.2.2", await kit.AskAsync("www.example.org."));
    }

    [Fact]
    public async Task AMissingFileChangesNothing()
    {
        await using ReloadKit kit = await ReloadKit.StartAsync(WithAddress(1));

        File.Delete(kit.PathOf("Corefile"));
        await kit.LookAsync();

        Assert.Equal(1, kit.CountLog("Corefile parse failed"));
        Assert.Equal("192.0.2.1", await kit.AskAsync("www.example.org."));
    }

    [Fact]
    public async Task AnOptionThatIsWrongChangesNothingAndIsToldOnce()
    {
        await using ReloadKit kit = await ReloadKit.StartAsync(WithAddress(1));
        int resources = kit.Environment.Resources.Count;

        kit.Write(WithAddress(2) + "example.org:0 {\n bind 127.0.0.1\n hosts other\n bufsize many\n}\n");
        await kit.LookAsync();
        await kit.LookAsync();

        Assert.Equal("192.0.2.1", await kit.AskAsync("www.example.org."));
        Assert.Equal(1, kit.CountLog("Error plugin/reload: Corefile changed but reload failed: "));
        Assert.Equal(1, kit.Metric("coredns_reload_failed_total"));
        Assert.Equal(resources, kit.Environment.Resources.Count);
    }

    [Fact]
    public void TheJitterSpreadsTheIntervalToBothSides()
    {
        ReloadSettings settings = new(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(4));

        Assert.Equal(TimeSpan.FromSeconds(8), ConfigurationReloader.Spread(settings, 0));
        Assert.Equal(TimeSpan.FromSeconds(12), ConfigurationReloader.Spread(settings, int.MaxValue));
    }

    [Fact]
    public async Task ARequestAfterTheEndHarmsNobody()
    {
        ReloadKit kit = await ReloadKit.StartAsync(WithAddress(1));
        await kit.DisposeAsync();

        kit.Reloader.Request();
        kit.Reloader.Request();
    }

    [Fact]
    public async Task AnUnchangedClusterIsNotReadAgain()
    {
        const string corefile =
            ".:0 {\n bind 127.0.0.1\n reload 10s\n kubernetes cluster.local {\n  manifests FOLDER/cluster.yaml\n }\n}\n";
        await using ReloadKit kit = await StartWithClusterAsync(corefile);
        Assert.Equal("10.96.0.1", await kit.AskAsync("kubernetes.default.svc.cluster.local."));

        kit.Write(corefile.Replace("reload 10s\n", "reload 10s\n bufsize 1232\n", StringComparison.Ordinal));
        await kit.LookAsync();

        Assert.Equal(1, kit.CountLog("Reloading complete"));
        Assert.Equal("10.96.0.1", await kit.AskAsync("kubernetes.default.svc.cluster.local."));
        Assert.Single(kit.Files.Read, static file => string.Equals(file, "cluster.yaml", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AClusterThatIsKeptIsStillLookedAt()
    {
        const string corefile =
            ".:0 {\n bind 127.0.0.1\n kubernetes cluster.local {\n  manifests FOLDER/cluster.yaml\n }\n}\n";
        await using ReloadKit kit = await StartWithClusterAsync(corefile);
        await kit.RequestAsync();

        kit.Write("cluster.yaml", Service("10.96.0.222"));
        kit.Time.Advance(TimeSpan.FromSeconds(2));

        await kit.UntilAnswerAsync("kubernetes.default.svc.cluster.local.", "10.96.0.222");
    }

    [Fact]
    public async Task ACacheIsKeptWhereItsBlockHasNotChanged()
    {
        const string kept = "kept.example:0 {\n bind 127.0.0.1\n prometheus 127.0.0.1:0\n cache\n hosts {\n  192.0.2.1 www.kept.example\n }\n}\n";
        const string changed = "changed.example:0 {\n bind 127.0.0.1\n prometheus 127.0.0.1:0\n cache\n hosts {\n  192.0.2.1 www.changed.example\n }\n}\n";
        await using ReloadKit kit = await ReloadKit.StartAsync(kept + changed);
        await kit.AskAsync("www.kept.example.");
        await kit.AskAsync("www.changed.example.");
        Assert.Equal(0, kit.Metric("coredns_cache_hits_total"));

        kit.Write(kept + changed.Replace("192.0.2.1", "192.0.2.9", StringComparison.Ordinal));
        await kit.RequestAsync();

        Assert.Equal("192.0.2.9", await kit.AskAsync("www.changed.example."));
        Assert.Equal(0, kit.Metric("coredns_cache_hits_total"));
        Assert.Equal("192.0.2.1", await kit.AskAsync("www.kept.example."));
        Assert.Equal(1, kit.Metric("coredns_cache_hits_total"));
    }

    [Fact]
    public async Task WhatIsServedNoMoreIsShownNoMore()
    {
        const string one = "one.example:0 {\n bind 127.0.0.1\n prometheus 127.0.0.1:0\n whoami\n}\n";
        const string two = "two.example:0 {\n bind 127.0.0.1\n prometheus 127.0.0.1:0\n whoami\n}\n";
        await using ReloadKit kit = await ReloadKit.StartAsync(one + two);
        Assert.Equal(4, kit.Metric("coredns_plugin_enabled"));

        kit.Write(one);
        await kit.RequestAsync();

        Assert.Equal(2, kit.Metric("coredns_plugin_enabled"));
        Assert.Equal("REFUSED", await kit.AskAsync("two.example."));
    }

    private static string WithAddress(int last)
        => $".:0 {{\n bind 127.0.0.1\n reload 10s 1s\n hosts {{\n  192.0.2.{last} www.example.org\n }}\n}}\n";

    private static async Task<ReloadKit> StartWithClusterAsync(string corefile)
    {
        ReloadKit kit = await ReloadKit.StartAsync(".:0 {\n bind 127.0.0.1\n reload 10s\n whoami\n}\n");
        kit.Write("cluster.yaml", Service("10.96.0.1"));
        kit.Write(corefile);
        await kit.RequestAsync();
        Assert.Equal(1, kit.CountLog("Reloading complete"));
        kit.Log.Clear();
        return kit;
    }

    private static string Service(string address)
        => $"kind: Namespace\napiVersion: v1\nmetadata:\n  name: default\n---\nkind: Service\napiVersion: v1\nmetadata:\n  name: kubernetes\n  namespace: default\nspec:\n  type: ClusterIP\n  clusterIP: {address}\n  clusterIPs: [{address}]\n  ports: []\n";
}
