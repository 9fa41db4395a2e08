using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Local;
using ClusterDns.Plugins.Tests.TestKit;

namespace ClusterDns.Plugins.Tests.Local;

public class LocalTests
{
    private const string Soa = "604800 SOA localhost. root.localhost. 1 0 0 0 604800";
    private const string Metric = "coredns_local_localhost_requests_total";

    [Theory]
    [InlineData("localhost.", RecordType.A, "Answer: localhost. 604800 A 127.0.0.1")]
    [InlineData("localhost.", RecordType.AAAA, "Answer: localhost. 604800 AAAA ::1")]
    [InlineData("localhost.", RecordType.NS, "Answer: localhost. 604800 NS localhost.")]
    [InlineData("localhost.", RecordType.SOA, "Answer: localhost. " + Soa)]
    [InlineData("localhost.", RecordType.MX, "Authority: localhost. " + Soa)]
    [InlineData("LocalHost.", RecordType.A, "Answer: LocalHost. 604800 A 127.0.0.1")]
    [InlineData("a.b.localhost.", RecordType.A, "Answer: a.b.localhost. 604800 A 127.0.0.1")]
    [InlineData("a.localhost.", RecordType.AAAA, "Answer: a.localhost. 604800 AAAA ::1")]
    [InlineData("a.localhost.", RecordType.NS, "Authority: a.localhost. " + Soa)]
    [InlineData("a.localhost.", RecordType.SOA, "Authority: a.localhost. " + Soa)]
    [InlineData("localhost.example.org.", RecordType.A, "Answer: localhost.example.org. 604800 A 127.0.0.1")]
    [InlineData("LOCALHOST.example.org.", RecordType.AAAA, "Answer: LOCALHOST.example.org. 604800 AAAA ::1")]
    [InlineData("localhost.example.org.", RecordType.TXT, "Authority: localhost.example.org. " + Soa)]
    [InlineData("127.in-addr.arpa.", RecordType.SOA, "Answer: 127.in-addr.arpa. " + Soa)]
    [InlineData("0.in-addr.arpa.", RecordType.NS, "Answer: 0.in-addr.arpa. 604800 NS localhost.")]
    [InlineData("255.in-addr.arpa.", RecordType.A, "Authority: 255.in-addr.arpa. " + Soa)]
    [InlineData("127.in-addr.arpa.", RecordType.PTR, "Authority: 127.in-addr.arpa. " + Soa)]
    [InlineData("1.0.0.127.in-addr.arpa.", RecordType.PTR, "Answer: 1.0.0.127.in-addr.arpa. 604800 PTR localhost.")]
    [InlineData("1.0.0.127.IN-addr.arpa.", RecordType.A, "Authority: 127.IN-addr.arpa. " + Soa)]
    public void LocalNamesAreAnswered(string name, RecordType type, string expected)
        => Assert.Equal("NOERROR\n" + expected, new PluginKit(new LocalPlugin(), "local").Ask(name, type));

    [Theory]
    [InlineData("2.0.0.127.in-addr.arpa.", "127.in-addr.arpa.")]
    [InlineData("0.0.127.in-addr.arpa.", "127.in-addr.arpa.")]
    [InlineData("a.1.0.0.127.in-addr.arpa.", "127.in-addr.arpa.")]
    [InlineData("1.0.0.0.in-addr.ARPA.", "0.in-addr.ARPA.")]
    [InlineData("255.255.255.255.in-addr.arpa.", "255.in-addr.arpa.")]
    public void NothingElseExistsInTheReverseZones(string name, string zone)
        => Assert.Equal($"NXDOMAIN\nAuthority: {zone} {Soa}", new PluginKit(new LocalPlugin(), "local").Ask(name, RecordType.PTR));

    [Theory]
    [InlineData(".")]
    [InlineData("org.")]
    [InlineData("notlocalhost.")]
    [InlineData("a.localhost.org.")]
    [InlineData("localhosts.org.")]
    [InlineData("arpa.")]
    [InlineData("in-addr.arpa.")]
    [InlineData("10.in-addr.arpa.")]
    [InlineData("127.ip6.arpa.")]
    [InlineData("127.in-addr.test.")]
    [InlineData("1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa.")]
    public void OtherNamesGoOn(string name) => Assert.Equal("REFUSED", new PluginKit(new LocalPlugin(), "local").Ask(name, RecordType.PTR));

    [Fact]
    public void ThePrefixIsAnOption()
    {
        PluginKit off = new(new LocalPlugin(), "local {\n localhost_prefix off\n}");
        PluginKit on = new(new LocalPlugin(), "local {\n localhost_prefix on\n}");

        Assert.Equal("REFUSED", off.Ask("localhost.example.org."));
        Assert.Equal("NXDOMAIN", off.Ask("localhost.127.in-addr.arpa.").Split('\n')[0]);
        Assert.Equal("NOERROR\nAnswer: a.localhost. 604800 A 127.0.0.1", off.Ask("a.localhost."));
        Assert.Equal("NOERROR\nAnswer: localhost.example.org. 604800 A 127.0.0.1", on.Ask("localhost.example.org."));
    }

    [Fact]
    public void AnswersAreOfNoAuthorityAndGoOutWhole()
    {
        Query context = new PluginKit(new LocalPlugin(), "local").Serve("7.0.0.127.In-Addr.arpa.", RecordType.PTR);

        Assert.False(context.Response.Authoritative);
        Assert.Equal("local", context.Response.Plugin);

        // The owner points to where the zone stands in the question.
        int length = context.WriteResponse();
        Assert.Equal([0xC0, 12 + 6, 0, 6], context.ResponseMessage[context.Request.Length..(context.Request.Length + 4)].ToArray());
        Assert.Equal(context.Request.Length + 12 + 18 + 20, length);
    }

    [Fact]
    public void QueriesBelowLocalhostAreCounted()
    {
        PluginKit kit = new(new LocalPlugin(), "local");

        kit.Ask("localhost.");
        kit.Ask("127.in-addr.arpa.");
        kit.Ask("example.org.");
        Assert.Equal(0, Count(kit).Value);

        kit.Ask("a.localhost.");
        kit.Ask("localhost.example.org.", RecordType.MX);
        Assert.Equal(2, Count(kit).Value);
        MetricFamily family = kit.Metrics.Families.Single(static family => string.Equals(family.Name, Metric, StringComparison.Ordinal));
        Assert.Equal("Counter of special localhost subdomain requests.", family.Help);
        Assert.Empty(family.LabelNames);
    }

    [Fact]
    public void QueriesBelowLocalhostAreLoggedWithDebugOnly()
    {
        PluginKit kit = new(new LocalPlugin(), "local");
        kit.Ask("a.localhost.");
        Assert.Empty(kit.Log);

        PluginKit debug = new(new DebugAndLocal(), "local");
        debug.Ask("localhost.");
        debug.Ask("A.localhost.", RecordType.AAAA);
        Assert.Equal("Debug: Intercepting localhost query for \"a.localhost.\" AAAA, from 192.0.2.1", Assert.Single(debug.Log));
    }

    [Theory]
    [InlineData("localhost.", RecordType.A)]
    [InlineData("a.localhost.", RecordType.MX)]
    [InlineData("localhost.example.org.", RecordType.AAAA)]
    [InlineData("1.0.0.127.in-addr.arpa.", RecordType.PTR)]
    [InlineData("1.2.3.255.in-addr.arpa.", RecordType.PTR)]
    [InlineData("www.example.org.", RecordType.A)]
    public void AnsweringAllocatesNothing(string name, RecordType type)
    {
        PluginKit kit = new(new LocalPlugin(), "local", static context => context.Response.Answer("next"));
        Query context = kit.Serve(name, type);

        Assert.Equal(0, kit.CountAllocatedBytes(context));
    }

    [Theory]
    [InlineData("local {\n localhost_prefx on\n}", "Corefile:3:2: unknown option 'localhost_prefx' of local: expected localhost_prefix; did you mean 'localhost_prefix'?")]
    [InlineData("local {\n localhost_prefix\n}", "Corefile:3:2: missing argument of 'localhost_prefix': expected 'localhost_prefix on|off'")]
    [InlineData("local {\n localhost_prefix of\n}", "Corefile:3:19: invalid value 'of' for localhost_prefix: expected on or off; did you mean 'on'?")]
    public void WhatIsWrongIsSaid(string text, string error) => Assert.Equal(error, new PluginKit(new LocalPlugin(), text).Errors);

    private static Counter Count(PluginKit kit) => kit.Metrics.Counter(Metric, "");

    /// <summary>The plugin in a block that has debug.</summary>
    private sealed class DebugAndLocal : IPlugin
    {
        private readonly IPlugin _local = new LocalPlugin();

        public string Name => "local";

        public DirectiveRepetition Repetition => DirectiveRepetition.All;

        public object? Parse(PluginParseContext context) => _local.Parse(context);

        public void Build(object options, PluginBuildContext context)
        {
            context.Debug = true;
            _local.Build(options, context);
        }
    }
}
