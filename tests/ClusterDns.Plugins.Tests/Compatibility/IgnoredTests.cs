using ClusterDns.Core.Pipeline;
using ClusterDns.Plugins.Autopath;
using ClusterDns.Plugins.Bind;
using ClusterDns.Plugins.Forward;
using ClusterDns.Plugins.Tests.TestKit;

namespace ClusterDns.Plugins.Tests.Compatibility;

/// <summary>What CoreDNS starts with starts, and a warning says what has no effect.</summary>
public sealed class IgnoredTests
{
    [Theory]
    [InlineData("any x", "Corefile:2:5: 'x' has no effect after 'any': delete it")]
    [InlineData("any {\n}", "")]
    [InlineData("local x y", "Corefile:2:7: 'x' has no effect after 'local': delete it\nCorefile:2:9: 'y' has no effect after 'local': delete it")]
    [InlineData("local {\n}", "")]
    [InlineData("chaos {\n}", "")]
    [InlineData("metadata {\n}", "")]
    [InlineData("bufsize 512 {\n x y\n}", "Corefile:2:1: the braces after 'bufsize' and what is in them have no effect: delete them")]
    [InlineData("cancel 1s {\n}", "Corefile:2:1: the braces after 'cancel' and what is in them have no effect: delete them")]
    [InlineData("reload 10s {\n x {\n y\n }\n}", "Corefile:2:1: the braces after 'reload' and what is in them have no effect: delete them")]
    [InlineData("reload 2s 0s", "")]
    [InlineData("reload 2s 0", "")]
    [InlineData("reload 1m 1h", "")]
    [InlineData("timeouts {\n read 10\n write +7\n}", "")]
    [InlineData("cache {\n success 100 60 5 x\n denial -1\n}", "Corefile:3:19: 'x' has no effect after 'success': delete it\nCorefile:4:9: '-1' counts as 0 for 'denial': expected 0 to 2147483647")]
    [InlineData("cache 007 a.example:53", "Corefile:2:11: the scheme and the port of 'a.example:53' have no effect: write 'a.example'")]
    [InlineData("cache 30 a..b", "Corefile:2:10: 'a..b' is not a zone: expected a domain name with labels of at most 63 bytes, 255 bytes in all; it has no effect")]
    [InlineData("cache 0/25.2.0.192.in-addr.arpa", "")]
    [InlineData("hosts {\n ttl 60 70\n}", "Corefile:3:9: '70' has no effect after 'ttl': delete it")]
    [InlineData("hosts {\n no_reverse no_reverse\n}", "")]
    [InlineData("hosts {\n falltrough\n 192.0.2.1 a.example\n}", "Corefile:3:2: 'falltrough' is neither an option of hosts nor an address, and the line has no effect: expected ttl, reload, no_reverse, fallthrough, fallthrough_unsupported or an address with names; did you mean 'fallthrough'?")]
    [InlineData("hosts {\n fallthrough a..b\n}", "Corefile:3:14: 'a..b' is not a zone: expected a domain name with labels of at most 63 bytes, 255 bytes in all; it has no effect")]
    [InlineData("kubernetes cluster.local {\n ttl 5 6\n}", "Corefile:3:8: '6' has no effect after 'ttl': delete it")]
    [InlineData("kubernetes cluster.local {\n startup_timeout 5s x\n}", "Corefile:3:21: 'x' has no effect after 'startup_timeout': delete it")]
    [InlineData("kubernetes cluster.local {\n startup_timeout -5s\n}", "Corefile:3:18: '-5s' counts as 0s for 'startup_timeout': write a duration that is not negative")]
    [InlineData("kubernetes cluster.local {\n ignore\n}", "Corefile:3:2: 'ignore' has no effect without a word: write 'ignore empty_service'")]
    [InlineData("kubernetes cluster.local {\n ignore empty_service x\n}", "Corefile:3:23: 'x' has no effect after 'ignore': delete it")]
    [InlineData("kubernetes cluster.local 10.0.0.0/23", "")]
    [InlineData("k8s_external a.example {\n ttl 5 6\n apex x y\n}", "Corefile:3:8: '6' has no effect after 'ttl': delete it\nCorefile:4:9: 'y' has no effect after 'apex': delete it")]
    [InlineData("k8s_external a.example {\n headless headless\n}", "")]
    [InlineData("health {\n lameduck -5s\n}", "Corefile:3:11: '-5s' counts as 0s for 'lameduck': write a duration that is not negative")]
    [InlineData("prometheus localhost:", "Corefile:2:12: 'localhost:' has no port, and the system picks one: write one such as localhost:9153")]
    [InlineData("errors {\n stacktrace stacktrace\n consolidate -5m x\n}", "Corefile:4:14: '-5m' counts as 0s for 'consolidate': write a duration that is not negative")]
    [InlineData("dns64 {\n translate_all allow_ipv4 prefix 2001:db8::/96 translate_all\n}", "")]
    [InlineData("dns64 64:ff9b::/96 {\n translate_al\n}", "Corefile:3:2: unknown option 'translate_al' of dns64 has no effect: expected prefix, translate_all, allow_ipv4")]
    [InlineData("header x {\n response set ra\n}", "Corefile:2:8: 'x' has no effect after 'header': delete it")]
    [InlineData("loadbalance {\n prefer\n}", "Corefile:3:2: 'prefer' has no effect without a subnet: write 'prefer CIDR [CIDR...]'")]
    [InlineData("loadbalance weighted w {\n reload -5s\n}", "Corefile:3:9: '-5s' counts as 0s for 'reload': write a duration that is not negative")]
    [InlineData("log \"{remote}\"", "Corefile:2:5: '{remote}' is read as a name and logs nothing: write 'log . FORMAT'")]
    [InlineData("log . {remote} {\n class denial error\n class all\n}", "")]
    [InlineData("acl {\n block type * nosuch net * x\n}", "")]
    [InlineData("template IN A {\n upstream 1 2\n rcode NXDOMAIN\n}", "Corefile:3:2: 'upstream' has no effect: CNAMEs are always followed")]
    [InlineData("forward . 192.0.2.1 {\n max_fails 3 policy sequential force_tcp\n}", "")]
    [InlineData("forward . 192.0.2.1 {\n max_fails 4294967295\n}", "Corefile:3:12: '4294967295' counts as 2147483647 for 'max_fails': expected 0 to 2147483647")]
    [InlineData("forward . 192.0.2.1 {\n read_timeout 500us\n}", "Corefile:3:15: '500us' counts as 1ms for 'read_timeout', which is the least")]
    [InlineData("forward . 192.0.2.1 {\n health_check 1s no_rec no_rec domain a. domain b.\n}", "")]
    [InlineData("forward . 192.0.2.1 {\n tls_servername x\n doh_method POST\n resolver 192.0.2.1\n tls a b c\n}", "Corefile:3:2: 'tls_servername' has no effect: upstreams are asked over plain DNS, by address\nCorefile:4:2: 'doh_method' has no effect: upstreams are asked over plain DNS, by address\nCorefile:5:2: 'resolver' has no effect: upstreams are asked over plain DNS, by address\nCorefile:6:2: 'tls' has no effect: upstreams are asked over plain DNS, by address")]
    [InlineData("forward . 192.0.2.1 {\n except a..b c.example:53\n}", "Corefile:3:9: 'a..b' is not a zone: expected a domain name with labels of at most 63 bytes, 255 bytes in all; it has no effect\nCorefile:3:14: the scheme and the port of 'c.example:53' have no effect: write 'c.example'")]
    [InlineData("forward 10.0.0.0/23 192.0.2.1", "Corefile:2:9: '10.0.0.0/23' is 2 reverse zones, and only '0.0.10.in-addr.arpa.' is forwarded: write a line for each")]
    [InlineData("forward . 192.0.2.1\nforward . 192.0.2.2", "Corefile:3:1: this 'forward' is never asked: the one at Corefile:2:1 takes all names of '.'")]
    [InlineData("forward example.org 192.0.2.1\nforward www.example.org 192.0.2.2", "Corefile:3:1: this 'forward' is never asked: the one at Corefile:2:1 takes all names of 'www.example.org.'")]
    [InlineData("forward . 192.0.2.1 {\n except a.example\n}\nforward . 192.0.2.2", "")]
    [InlineData("forward . 192.0.2.1 {\n next NXDOMAIN\n}\nforward . 192.0.2.2", "")]
    [InlineData("forward a.example 192.0.2.1\nforward . 192.0.2.2", "")]
    public void What_CoreDNS_starts_with_starts(string body, string warnings)
    {
        ReadDirective read = new(body);

        Assert.Equal("", read.Errors);
        Assert.Equal(warnings, read.Warnings);
    }

    [Theory]
    [InlineData("forward a..b 192.0.2.1", "invalid zone 'a..b' for forward: expected a domain name, or a network such as 10.0.0.0/24")]
    [InlineData("errors {\n stacktrace now\n}", "after 'stacktrace': expected 'stacktrace'")]
    [InlineData("whoami x", "unexpected 'x' after 'whoami': expected 'whoami'")]
    [InlineData("minimal {\n}", "'minimal' does not take a block")]
    [InlineData("debug x", "unexpected 'x' after 'debug': expected 'debug'")]
    [InlineData("loop {\n}", "'loop' does not take a block")]
    [InlineData("reload 2s -1s", "invalid duration '-1s' for reload")]
    [InlineData("any {\n x\n}", "unknown option 'x' of any: it has no options")]
    [InlineData("hosts {\n fallthrough\n x\n}", "'x' is neither an option of hosts nor an address: expected")]
    [InlineData("kubernetes cluster.local {\n upstream\n}", "option 'upstream' of kubernetes was removed from CoreDNS before version 1.8: delete the line")]
    [InlineData("kubernetes cluster.local {\n resyncperiod 5m\n}", "option 'resyncperiod' of kubernetes was removed")]
    [InlineData("cache {\n keepttl {\n }\n}", "'keepttl' does not take a block")]
    [InlineData("dns64 {\n translate_all yes\n}", "after 'translate_all': expected 'translate_all'")]
    [InlineData("forward . 192.0.2.1 {\n max_fails -1\n}", "invalid number '-1' for max_fails")]
    [InlineData("forward . 192.0.2.1 {\n source_address 192.0.2.9\n}", "option 'source_address' of forward is not supported by this version")]
    public void What_CoreDNS_refuses_is_refused(string body, string error)
        => Assert.Contains(error, new ReadDirective(body).Errors, StringComparison.Ordinal);

    [Theory]
    [InlineData("autopath @erratic", "Corefile:2:10: autopath has no effect: '@erratic' is not known, use '@kubernetes' or a file like /etc/resolv.conf")]
    [InlineData("autopath empty.conf", "Corefile:2:10: autopath has no effect: 'empty.conf' has no search domain, which is a line like 'search example.org'")]
    [InlineData("autopath large.conf", "Corefile:2:10: 'large.conf' has 33 search domains: only the first 32 are used")]
    public void Autopath_that_cannot_search_has_no_effect(string text, string warning)
    {
        FakeFiles files = new()
        {
            ["empty.conf"] = "nameserver 192.0.2.1\nsearch\n",
            ["large.conf"] = "search " + string.Join(' ', Enumerable.Repeat("example.org", 33)),
        };
        PluginKit kit = new(new AutopathPlugin(), text, files: files);

        Assert.Equal("", kit.Errors);
        Assert.Equal(warning, Assert.Single(kit.Diagnostics.Warnings).ToString());
        kit.Serve("www.example.org.");
    }

    [Fact]
    public void A_file_without_a_nameserver_is_not_used_beside_others()
    {
        PluginKit kit = new(
            new ForwardPlugin(), "forward . /etc/empty.conf 192.0.2.1", files: new FakeFiles { ["/etc/empty.conf"] = "search a\n" }, upstreams: new FakeUpstreams());

        Assert.Equal("", kit.Errors);
        Assert.Equal(
            "Corefile:2:11: '/etc/empty.conf' has no nameserver and is not used: expected a line like 'nameserver 192.0.2.1'",
            Assert.Single(kit.Diagnostics.Warnings).ToString());
    }

    [Theory]
    [InlineData("bind 127.0.0.1 {\n except 127.0.0.1\n}", "Corefile:2:6: this server block is not served: 'bind' leaves no address to listen on")]
    [InlineData("bind 127.0.0.1 127.0.0.2 {\n except 127.0.0.1\n except 127.0.0.2\n}", "")]
    public void Bind_may_leave_no_address(string text, string warning)
    {
        PluginKit kit = new(new BindPlugin(), text);

        Assert.Equal("", kit.Errors);
        Assert.Equal(warning, string.Join('\n', kit.Diagnostics.Warnings));
        Assert.True(kit.Wiring.Has<BoundAddresses>());
        Assert.Equal(warning.Length > 0 ? "" : "127.0.0.1", string.Join(' ', kit.Wiring.SingleOrDefault<BoundAddresses>()!.Addresses));
    }
}
