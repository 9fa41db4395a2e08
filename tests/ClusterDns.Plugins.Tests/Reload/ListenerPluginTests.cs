using ClusterDns.Core.Pipeline;
using ClusterDns.Plugins.Multisocket;
using ClusterDns.Plugins.Reload;
using ClusterDns.Plugins.Tests.TestKit;
using ClusterDns.Plugins.Timeouts;

namespace ClusterDns.Plugins.Tests.Reload;

/// <summary>The plugins that ask something of listeners or of the process, and have no link.</summary>
public class ListenerPluginTests
{
    [Theory]
    [InlineData("reload", 30, 15)]
    [InlineData("reload 10s", 10, 5)]
    [InlineData("reload 10s 2s", 10, 2)]
    [InlineData("reload 2s 1m", 2, 1)]
    public void Reload_has_an_interval_and_a_jitter(string text, int interval, int jitter)
        => Assert.Equal(
            new ReloadSettings(TimeSpan.FromSeconds(interval), TimeSpan.FromSeconds(jitter)), new PluginKit(new ReloadPlugin(), text).Wiring.SingleOrDefault<ReloadSettings>());

    [Theory]
    [InlineData("reload 1s", "Corefile:2:8: invalid duration '1s' for reload: expected 2s or more")]
    [InlineData("reload 2s 500ms", "Corefile:2:11: invalid duration '500ms' for reload: expected 0s, or 1s or more")]
    [InlineData("reload often", "Corefile:2:8: invalid duration 'often' for reload: expected for example 5s or 1m30s")]
    [InlineData("reload 2s 1s 1s", "Corefile:2:14: unexpected '1s' after 'reload': expected 'reload [INTERVAL] [JITTER]'")]
    public void Reload_tells_what_is_wrong(string text, string error) => Assert.Equal(error, new PluginKit(new ReloadPlugin(), text).Errors);

    [Fact]
    public void Multisocket_says_how_many_workers_there_are()
    {
        Assert.Equal(5, new PluginKit(new MultisocketPlugin(), "multisocket 5").Build.Listener.Find<ListenerWorkers>()!.Count);
        Assert.Equal(Environment.ProcessorCount, new PluginKit(new MultisocketPlugin(), "multisocket").Build.Listener.Find<ListenerWorkers>()!.Count);
    }

    [Theory]
    [InlineData("multisocket 0", "Corefile:2:13: invalid number '0' for multisocket: expected 1 to 1024")]
    [InlineData("multisocket 1025", "Corefile:2:13: invalid number '1025' for multisocket: expected 1 to 1024")]
    [InlineData("multisocket 1 2", "Corefile:2:15: unexpected '2' after 'multisocket': expected 'multisocket [SOCKETS]'")]
    public void Multisocket_tells_what_is_wrong(string text, string error)
        => Assert.Equal(error, new PluginKit(new MultisocketPlugin(), text).Errors);

    [Fact]
    public void Timeouts_ask_what_they_say_and_nothing_more()
    {
        ConnectionLimits all = new PluginKit(
            new TimeoutsPlugin(), "timeouts {\n read 1s\n write 24h\n idle 1m30s\n maxtcpqueries 128\n}").Build.Listener.Find<ConnectionLimits>()!;
        Assert.Equal(TimeSpan.FromSeconds(1), all.Read);
        Assert.Equal(TimeSpan.FromHours(24), all.Write);
        Assert.Equal(TimeSpan.FromSeconds(90), all.Idle);
        Assert.Equal(128, all.MaxQueries);

        ConnectionLimits one = new PluginKit(new TimeoutsPlugin(), "timeouts {\n maxtcpqueries -1\n}").Build.Listener.Find<ConnectionLimits>()!;
        Assert.Null(one.Read);
        Assert.Null(one.Write);
        Assert.Null(one.Idle);
        Assert.Equal(0, one.MaxQueries);
    }

    [Theory]
    [InlineData("timeouts", "Corefile:2:1: timeouts has no options: expected at least one of read, write, idle, maxtcpqueries")]
    [InlineData("timeouts {\n}", "Corefile:2:1: timeouts has no options: expected at least one of read, write, idle, maxtcpqueries")]
    [InlineData("timeouts 5s {\n read 5s\n}", "Corefile:2:10: unexpected '5s' after 'timeouts': expected 'timeouts'")]
    [InlineData("timeouts {\n read 999ms\n}", "Corefile:3:7: invalid duration '999ms' for read: expected 1s to 24h")]
    [InlineData("timeouts {\n idle 24h1s\n}", "Corefile:3:7: invalid duration '24h1s' for idle: expected 1s to 24h")]
    [InlineData("timeouts {\n maxtcpqueries 0\n}", "Corefile:3:16: invalid number '0' for maxtcpqueries: expected a number from 1 on, or -1 for no bound")]
    [InlineData("timeouts {\n maxtcpqueries -2\n}", "Corefile:3:16: invalid number '-2' for maxtcpqueries: expected a number from 1 on, or -1 for no bound")]
    [InlineData("timeouts {\n raed 5s\n}", "Corefile:3:2: unknown option 'raed' of timeouts: expected read, write, idle or maxtcpqueries; did you mean 'read'?")]
    public void Timeouts_tell_what_is_wrong(string text, string error) => Assert.Equal(error, new PluginKit(new TimeoutsPlugin(), text).Errors);
}
