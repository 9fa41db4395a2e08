using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Any;
using ClusterDns.Plugins.Bufsize;
using ClusterDns.Plugins.Chaos;
using ClusterDns.Plugins.Debug;
using ClusterDns.Plugins.Minimal;
using ClusterDns.Plugins.Root;
using ClusterDns.Plugins.Tests.TestKit;
using ClusterDns.Plugins.Whoami;

namespace ClusterDns.Plugins.Tests.Small;

/// <summary>The plugins that are one idea each.</summary>
public sealed class SmallPluginTests
{
    private static readonly byte[] Address = [192, 0, 2, 1];

    [Fact]
    public void Any_gets_one_HINFO_and_other_types_pass()
    {
        PluginKit kit = new(new AnyPlugin(), "any");

        Assert.Equal("NOERROR\nAnswer: a.test. 8482 HINFO \"ANY obsoleted\" \"See RFC 8482\"", kit.Ask("a.test.", RecordType.ANY));
        Assert.Equal("REFUSED", kit.Ask("a.test."));
    }

    [Theory]
    [InlineData("bufsize", 1232)]
    [InlineData("bufsize 512", 512)]
    [InlineData("bufsize 4096", 4000)]
    public void Bufsize_lowers_the_clients_size(string text, ushort expected)
    {
        ushort seen = 0;
        PluginKit kit = new(new BufsizePlugin(), text, query => seen = query.UdpSize);
        Query query = kit.Serve("a.test.");
        query.UdpSize = 4000;
        kit.ServeAgain(query);

        Assert.Equal(expected, seen);
    }

    [Fact]
    public void Bufsize_has_a_range()
        => Assert.Equal(
            "Corefile:2:9: invalid number '511' for bufsize: expected 512 to 4096", new PluginKit(new BufsizePlugin(), "bufsize 511").Errors);

    [Fact]
    public void Chaos_tells_of_the_server_in_class_CH()
    {
        PluginKit kit = new(new ChaosPlugin(), "chaos v1 ann bob");

        Assert.True(kit.Build.ServesChaosClass);
        Assert.Equal("NOERROR\nAnswer: version.bind. 0 CH TXT \"v1\"", kit.Ask("version.bind.", RecordType.TXT, RecordClass.CH));
        Assert.Equal("NOERROR\nAnswer: version.server. 0 CH TXT \"v1\"", kit.Ask("version.server.", RecordType.TXT, RecordClass.CH));
        Assert.StartsWith("NOERROR\nAnswer: id.server. 0 CH TXT", kit.Ask("id.server.", RecordType.TXT, RecordClass.CH), StringComparison.Ordinal);
        string authors = kit.Ask("authors.bind.", RecordType.TXT, RecordClass.CH);
        Assert.Contains("\"ann\"", authors, StringComparison.Ordinal);
        Assert.Contains("\"bob\"", authors, StringComparison.Ordinal);
        Assert.Equal("REFUSED", kit.Ask("version.bind.", RecordType.TXT));
        Assert.Equal("REFUSED", kit.Ask("other.bind.", RecordType.TXT, RecordClass.CH));
    }

    [Fact]
    public void Debug_asks_for_debug_lines_and_stack_traces()
    {
        PluginKit kit = new(new DebugPlugin(), "debug");

        Assert.True(kit.Build.Debug);
        Assert.True(kit.Build.StackTraces);
        Assert.Equal("Corefile:2:7: unexpected 'x' after 'debug': expected 'debug'", new PluginKit(new DebugPlugin(), "debug x").Errors);
    }

    [Fact]
    public void Minimal_leaves_answers_alone_and_denials_their_SOA()
    {
        PluginKit kit = new(
            new MinimalPlugin(),
            "minimal",
            static query =>
            {
                query.Response.Answer("next");
                query.Response.TryAdd(ResponseSection.Additional, RecordType.A, 5, Address, 0, 4);
                if (query.Type == RecordType.A)
                {
                    query.Response.TryAdd(ResponseSection.Answer, RecordType.A, 5, Address, 0, 4);
                }
                else
                {
                    query.Response.TryAdd(ResponseSection.Authority, RecordType.SOA, 5, [0, 0, .. new byte[20]], 0, 22);
                }
            });

        Assert.Equal("NOERROR\nAnswer: a.test. 5 A 192.0.2.1", kit.Ask("a.test."));
        Assert.Contains("Authority", kit.Ask("a.test.", RecordType.AAAA), StringComparison.Ordinal);
        Assert.Contains("Additional", kit.Ask("a.test.", RecordType.AAAA), StringComparison.Ordinal);
    }

    [Fact]
    public void Root_is_where_relative_paths_start_and_a_missing_one_is_told()
    {
        PluginKit kit = new(new RootPlugin(), "root zones");

        Assert.EndsWith("zones/file", kit.Build.ResolvePath("file"), StringComparison.Ordinal);
        Assert.Equal("/abs", kit.Build.ResolvePath("/abs"));
        Assert.Equal("Warning: Root path does not exist: zones", Assert.Single(kit.Log));
        Assert.Equal("Corefile:2:1: missing argument of 'root': expected 'root PATH'", new PluginKit(new RootPlugin(), "root").Errors);
    }

    [Fact]
    public void Whoami_tells_the_client_its_address_port_and_transport()
    {
        PluginKit kit = new(new WhoamiPlugin(), "whoami");

        Assert.Equal("NOERROR\nAdditional: a.test. 0 A 192.0.2.1\nAdditional: _udp.a.test. 0 SRV 0 0 5300 .", kit.Ask("a.test."));
        Assert.Equal(
            "NOERROR\nAdditional: a.test. 0 AAAA 2001:db8::1\nAdditional: _tcp.a.test. 0 SRV 0 0 53 .",
            kit.Ask("a.test.", transport: TransportProtocol.Tcp, client: "[2001:db8::1]:53"));
    }
}
