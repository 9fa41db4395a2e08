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
            new ReloadSettings(TimeSpan.FromSeconds(interval), TimeSpan.FromSeconds(jitter)), new PluginKit(new ReloadPlugin(), text).Build.Reload);

    [Theory]
    [InlineData("reload 1s", "Corefile:2:8: invalid duration '1s' for reload: expected 2s or more, for example 5s or 1m30s")]
    [InlineData("reload 2s 500ms", "Corefile:2:11: invalid jitter '500ms' for reload: expected 0s, or at least 1s")]
    [InlineData("reload often", "Corefile:2:8: invalid duration 'often' for reload: expected 2s or more, for example 5s or 1m30s")]
    [InlineData("reload 2s 1s 1s", "Corefile:2:14: unexpected '1s' after 'reload': expected 'reload [INTERVAL] [JITTER]'")]
    public void Reload_tells_what_is_wrong(string text, string error) => Assert.Equal(error, new PluginKit(new ReloadPlugin(), text).Errors);

    [Fact]
    public void Multisocket_says_how_many_workers_there_are()
    {
        Assert.Equal(5, new PluginKit(new MultisocketPlugin(), "multisocket 5").Build.Listener.Workers);
        Assert.Equal(Environment.ProcessorCount, new PluginKit(new MultisocketPlugin(), "multisocket").Build.Listener.Workers);
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
        ListenerSettings all = new PluginKit(
            new TimeoutsPlugin(), "timeouts {\n read 1s\n write 24h\n idle 1m30s\n maxtcpqueries 128\n}").Build.Listener;
        Assert.Equal(TimeSpan.FromSeconds(1), all.ReadTimeout);
        Assert.Equal(TimeSpan.FromHours(24), all.WriteTimeout);
        Assert.Equal(TimeSpan.FromSeconds(90), all.IdleTimeout);
        Assert.Equal(128, all.MaxConnectionQueries);

        ListenerSettings one = new PluginKit(new TimeoutsPlugin(), "timeouts {\n maxtcpqueries -1\n}").Build.Listener;
        Assert.Null(one.ReadTimeout);
        Assert.Null(one.WriteTimeout);
        Assert.Null(one.IdleTimeout);
        Assert.Equal(0, one.MaxConnectionQueries);
    }

    [Theory]
    [InlineData("timeouts", "Corefile:2:1: timeouts has no options: expected at least one of read, write, idle, maxtcpqueries")]
    [InlineData("timeouts {\n}", "Corefile:2:1: timeouts has no options: expected at least one of read, write, idle, maxtcpqueries")]
    [InlineData("timeouts 5s {\n read 5s\n}", "Corefile:2:10: unexpected '5s' after 'timeouts': expected 'timeouts'")]
    [InlineData("timeouts {\n read 999ms\n}", "Corefile:3:7: invalid duration '999ms' for read: expected 1s to 24h, for example 5s or 1m30s")]
    [InlineData("timeouts {\n idle 24h1s\n}", "Corefile:3:7: invalid duration '24h1s' for idle: expected 1s to 24h, for example 5s or 1m30s")]
    [InlineData("timeouts {\n maxtcpqueries 0\n}", "Corefile:3:16: invalid number '0' for maxtcpqueries: expected a number from 1 on, or -1 for no bound")]
    [InlineData("timeouts {\n maxtcpqueries -2\n}", "Corefile:3:16: invalid number '-2' for maxtcpqueries: expected a number from 1 on, or -1 for no bound")]
    [InlineData("timeouts {\n raed 5s\n}", "Corefile:3:2: unknown option 'raed' of timeouts: expected read, write, idle or maxtcpqueries; did you mean 'read'?")]
    public void Timeouts_tell_what_is_wrong(string text, string error) => Assert.Equal(error, new PluginKit(new TimeoutsPlugin(), text).Errors);
}
