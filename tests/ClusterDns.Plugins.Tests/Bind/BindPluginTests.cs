using System.Net;
using ClusterDns.Core.Pipeline;
using ClusterDns.Plugins.Bind;
using ClusterDns.Plugins.Tests.TestKit;

namespace ClusterDns.Plugins.Tests.Bind;

public sealed class BindPluginTests
{
    [Theory]
    [InlineData("bind 127.0.0.1 ::1", "127.0.0.1 ::1")]
    [InlineData("bind 127.0.0.1\nbind ::1 127.0.0.1", "127.0.0.1 ::1")]
    [InlineData("bind eth0", "192.0.2.1 2001:db8::1")]
    [InlineData("bind eth0 {\n except 192.0.2.1\n}", "2001:db8::1")]
    [InlineData("bind eth0 lo {\n except eth0\n}", "127.0.0.1")]
    public void Addresses_and_interfaces_add_up_and_exceptions_are_left_out(string text, string addresses)
    {
        PluginKit kit = Create(text);

        Assert.Equal("", kit.Errors);
        Assert.Equal(addresses, string.Join(' ', kit.Wiring.SingleOrDefault<BoundAddresses>()!.Addresses));
    }

    [Theory]
    [InlineData("bind", "Corefile:2:1: missing argument of 'bind': expected 'bind ADDRESS|IFACE...'")]
    [InlineData("bind eth7", "Corefile:2:6: 'eth7' is neither an address nor an interface of this host")]
    [InlineData("bind lo {\n exept lo\n}", "Corefile:3:2: unknown option 'exept' of bind: expected except; did you mean 'except'?")]
    public void Wrong_options_say_where_and_why(string text, string error) => Assert.Equal(error, Create(text).Errors);

    private static PluginKit Create(string text) => new(new BindPlugin(new FakeInterfaces()), text);

    private sealed class FakeInterfaces : INetworkInterfaces
    {
        public IReadOnlyList<IPAddress>? GetAddresses(string name) => name switch
        {
            "lo" => [IPAddress.Loopback],
            "eth0" => [IPAddress.Parse("192.0.2.1"), IPAddress.Parse("2001:db8::1")],
            "down0" => [],
            _ => null,
        };
    }
}
