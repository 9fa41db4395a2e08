using System.Text;
using ClusterDns.Core.Memory;

namespace ClusterDns.Tests.Hosting;

/// <summary>A reload holds two configurations at once, within the memory budget.</summary>
public sealed class ReloadMemoryTests
{
    private const long MiB = 1024 * 1024;
    private const string Whoami = ".:0 {\n bind 127.0.0.1\n reload 10s\n whoami\n}\n";

    [Fact]
    public async Task Configuration_that_does_not_fit_beside_the_running_one_is_refused_and_logged_once()
    {
        await using ReloadKit kit = await ReloadKit.StartWithinAsync(64 * MiB, Hosts("192.0.2.1"));
        long held = kit.Memory[MemoryTable.Files].Used;

        kit.Write(Hosts("192.0.2.2") + Blocks(10_000));
        await kit.LookAsync();
        await kit.LookAsync();

        Assert.Equal("192.0.2.1", await kit.AskAsync("www.example.org."));
        Assert.Equal(1, kit.CountLog("in addition to the running one"));
        Assert.Equal(1, kit.Metric("coredns_reload_failed_total"));
        Assert.Equal(held, kit.Memory[MemoryTable.Files].Used);
    }

    [Fact]
    public async Task Refused_configuration_is_taken_over_when_the_limit_is_raised()
    {
        await using ReloadKit kit = await ReloadKit.StartWithinAsync(64 * MiB, Hosts("192.0.2.1"));
        kit.Write(Hosts("192.0.2.2") + Blocks(10_000));
        await kit.LookAsync();

        kit.Memory.SetLimit(1024 * MiB);
        await kit.LookAsync();

        Assert.Equal("192.0.2.2", await kit.AskAsync("www.example.org."));
        Assert.InRange(kit.Memory[MemoryTable.Files].Used, 10_000 * 4096, 10_000 * 3 * 4096);

        kit.Write(Hosts("192.0.2.3"));
        await kit.LookAsync();
        Assert.InRange(kit.Memory[MemoryTable.Files].Used, 1, MiB);
    }

    [Fact]
    public async Task Manifests_that_do_not_fit_beside_the_running_cluster_are_refused()
    {
        await using ReloadKit kit = await ReloadKit.StartWithinAsync(64 * MiB, Whoami, ("large.yaml", new string('#', 60 * (int)MiB)));
        string before = kit.Model.ContentHash;

        kit.Write(".:0 {\n bind 127.0.0.1\n reload 10s\n kubernetes cluster.local {\n  manifests FOLDER/large.yaml\n }\n}\n");
        await kit.LookAsync();
        await kit.LookAsync();

        Assert.Equal(before, kit.Model.ContentHash);
        Assert.Equal(1, kit.CountLog("raise the memory limit"));
    }

    [Fact]
    public async Task Cache_that_changes_its_size_causes_no_warning_where_each_size_fits()
    {
        await using ReloadKit kit = await ReloadKit.StartWithinAsync(1024 * MiB, Cache(200_000));
        MemoryShare share = kit.Memory[MemoryTable.Cache];
        long first = share.Limit;

        kit.Write(Cache(220_000));
        await kit.LookAsync();

        Assert.InRange(share.Limit, first + (20_000 * 500), first + (20_000 * 520));
        Assert.Equal(0, kit.CountLog("Warning"));
    }

    [Fact]
    public async Task Cache_that_asks_for_more_than_there_is_causes_one_warning()
    {
        await using ReloadKit kit = await ReloadKit.StartWithinAsync(170 * MiB, Cache(20_000));

        kit.Write(Cache(20_000_000));
        await kit.LookAsync();
        kit.Write(Cache(20_000_000) + "# changed\n");
        await kit.LookAsync();

        Assert.Equal(1, kit.CountLog("raise the limit or request less"));
    }

    private static string Hosts(string address) => $".:0 {{\n bind 127.0.0.1\n reload 10s\n hosts {{\n  {address} www.example.org\n }}\n}}\n";

    private static string Cache(int entries)
        => $".:0 {{\n bind 127.0.0.1\n reload 10s\n cache {{\n  success {entries}\n }}\n whoami\n}}\n";

    /// <summary>Server blocks on the port of the first one.</summary>
    private static string Blocks(int count)
    {
        StringBuilder text = new();
        for (int i = 0; i < count; i++)
        {
            text.Append("zone-").Append(i).Append(".test:0 {\n bind 127.0.0.1\n whoami\n}\n");
        }

        return text.ToString();
    }
}
