using ClusterDns.Plugins.Forward;
using ClusterDns.Plugins.Tests.TestKit;

namespace ClusterDns.Plugins.Tests.Forward;

public class ForwardOptionsTests
{
    private readonly FakeFiles _files = new()
    {
        ["/etc/resolv.conf"] = "search example.org\nnameserver 192.0.2.7\n# nameserver 192.0.2.8\nnameserver 2001:db8::9 \noptions ndots:5\nnameserver 192.0.2.7\n",
        ["/etc/empty.conf"] = "search example.org\n",
    };

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1:53")]
    [InlineData("192.0.2.1:5353", "192.0.2.1:5353")]
    [InlineData("dns://192.0.2.1", "192.0.2.1:53")]
    [InlineData("dns://192.0.2.1:5353", "192.0.2.1:5353")]
    [InlineData("2001:db8::1", "[2001:db8::1]:53")]
    [InlineData("[2001:db8::1]", "[2001:db8::1]:53")]
    [InlineData("[2001:db8::1]:5353", "[2001:db8::1]:5353")]
    [InlineData("192.0.2.1 192.0.2.1:53", "192.0.2.1:53")]
    [InlineData("/etc/resolv.conf", "192.0.2.7:53 [2001:db8::9]:53")]
    [InlineData("192.0.2.1 /etc/resolv.conf", "192.0.2.1:53 192.0.2.7:53 [2001:db8::9]:53")]
    public void UpstreamsAreAddressesAndFiles(string to, string expected)
    {
        FakeUpstreams upstreams = new();
        PluginKit kit = new(new ForwardPlugin(), $"forward . {to} {{\n policy sequential\n max_connect_attempts {expected.Split(' ').Length}\n max_fails 0\n}}", files: _files, upstreams: upstreams);

        Assert.Equal("", kit.Errors);
        kit.Ask("www.example.");
        Assert.Equal(expected, string.Join(' ', upstreams.Asked.Select(static asked => asked.Split(' ')[0])));
    }

    [Theory]
    [InlineData("", 10, 0)]
    [InlineData("max_age 0s", 10, 0)]
    [InlineData("max_age 10s", 10, 10)]
    [InlineData("max_age 45s\n expire 30s", 30, 45)]
    public void ConnectionsMayRestAndLiveForSoLong(string options, int expire, int maxAge)
    {
        FakeUpstreams upstreams = new();

        Assert.Equal("", new PluginKit(new ForwardPlugin(), $"forward . 192.0.2.1 {{\n {options}\n}}", upstreams: upstreams).Errors);
        Assert.Equal((TimeSpan.FromSeconds(expire), TimeSpan.FromSeconds(maxAge)), upstreams.LastLimits);
    }

    [Theory]
    [InlineData("forward .", "Corefile:2:1: missing argument of 'forward': expected 'forward FROM TO...'")]
    [InlineData("forward . nosuch", "Corefile:2:11: 'nosuch' is neither an address nor an existing file: expected IP[:PORT] or a file such as /etc/resolv.conf")]
    [InlineData("forward . 192.0.2.1:0", "Corefile:2:11: '192.0.2.1:0' is neither an address nor an existing file: expected IP[:PORT] or a file such as /etc/resolv.conf")]
    [InlineData("forward . /etc/empty.conf", "Corefile:2:11: forward has no upstream: expected at least one nameserver")]
    [InlineData("forward . tls://192.0.2.1", "Corefile:2:11: upstream 'tls://192.0.2.1' has a transport that is not supported by this version: expected dns")]
    [InlineData("forward . 192.0.2.1 {\n polcy random\n}", "Corefile:3:2: unknown option 'polcy' of forward: expected except, force_tcp, prefer_udp, expire, max_age, read_timeout, max_fails, max_connect_attempts, policy, health_check, max_concurrent, next, next_on_nodata, failover, failfast_all_unhealthy_upstreams or max_idle_conns; did you mean 'policy'?")]
    [InlineData("forward . 192.0.2.1 {\n max_age 5s\n}", "Corefile:3:10: max_age 5s is less than expire (10s): expected 0s, or at least as much")]
    [InlineData("forward . 192.0.2.1 {\n max_age 20s\n expire 30s\n}", "Corefile:3:10: max_age 20s is less than expire (30s): expected 0s, or at least as much")]
    [InlineData("forward . 192.0.2.1 {\n max_age -1s\n}", "Corefile:3:10: invalid duration '-1s' for max_age: expected 0s or more")]
    [InlineData("forward . 192.0.2.1 {\n source_address 192.0.2.9\n}", "Corefile:3:2: option 'source_address' of forward is not supported by this version: delete the line")]
    [InlineData("forward . 192.0.2.1 {\n failover NOERROR\n}", "Corefile:3:11: invalid response code 'NOERROR' for failover: expected for example SERVFAIL or REFUSED")]
    [InlineData("forward . 192.0.2.1 {\n health_check 1s domain\n}", "Corefile:3:18: unexpected 'domain' after 'health_check': expected 'health_check DURATION [no_rec] [domain FQDN]'")]
    public void WhatIsWrongIsSaid(string text, string error)
        => Assert.Equal(error, new PluginKit(new ForwardPlugin(), text, files: _files, upstreams: new FakeUpstreams()).Errors);
}
