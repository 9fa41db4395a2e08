using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Upstreams;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Forward;
using ClusterDns.Plugins.Header;
using ClusterDns.Plugins.Tests.TestKit;

namespace ClusterDns.Plugins.Tests.Header;

public class HeaderTests
{
    private const HeaderFlags All = HeaderFlags.AuthoritativeAnswer | HeaderFlags.RecursionAvailable | HeaderFlags.RecursionDesired;

    [Theory]
    [InlineData("response set aa", false, HeaderFlags.AuthoritativeAnswer)]
    [InlineData("response set ra", false, HeaderFlags.RecursionAvailable)]
    [InlineData("response set rd", false, HeaderFlags.RecursionDesired)]
    [InlineData("response set aa ra rd", false, All)]
    [InlineData("response clear aa", true, HeaderFlags.RecursionAvailable | HeaderFlags.RecursionDesired)]
    [InlineData("response clear ra", true, HeaderFlags.AuthoritativeAnswer | HeaderFlags.RecursionDesired)]
    [InlineData("response clear rd", true, HeaderFlags.AuthoritativeAnswer | HeaderFlags.RecursionAvailable)]
    [InlineData("Response Clear AA RA RD", true, HeaderFlags.None)]
    [InlineData("response set aa\n response clear aa", false, HeaderFlags.None)]
    [InlineData("response clear aa\n response set aa ra", false, HeaderFlags.AuthoritativeAnswer | HeaderFlags.RecursionAvailable)]
    [InlineData("query set aa", false, HeaderFlags.None)]
    [InlineData("query set rd", false, HeaderFlags.RecursionDesired)]
    [InlineData("query clear rd", true, HeaderFlags.AuthoritativeAnswer | HeaderFlags.RecursionAvailable)]
    [InlineData("query set rd\n response clear rd", false, HeaderFlags.None)]
    public void TheClientSeesTheFlags(string rules, bool areSet, HeaderFlags expected)
    {
        PluginKit kit = Create(rules, query =>
        {
            query.Response.Answer("next", authoritative: areSet);
            query.Response.RecursionAvailable = areSet;
        });

        // The kit's Serve sets RD, and its CreateContext does not.
        Query query = areSet ? kit.Serve("www.example.") : kit.CreateContext("www.example.");
        kit.ServeAgain(query);

        Assert.True(DnsHeader.TryRead(query.Exchange.ResponseMessage, out DnsHeader header));
        Assert.Equal(expected, header.Flags & All);
        Assert.Equal(1, header.Id);
    }

    [Theory]
    [InlineData("query set rd", HeaderFlags.RecursionDesired)]
    [InlineData("query set aa ra", HeaderFlags.AuthoritativeAnswer | HeaderFlags.RecursionAvailable)]
    [InlineData("query set rd\n query clear rd", HeaderFlags.None)]
    [InlineData("response set rd aa ra", HeaderFlags.None)]
    public void PluginsBelowSeeTheQuerysFlags(string rules, HeaderFlags expected)
    {
        HeaderFlags seen = HeaderFlags.All;
        PluginKit kit = Create(rules, query => seen = query.Header.Flags);

        kit.ServeAgain(kit.CreateContext("www.example."));

        Assert.Equal(expected, seen);
    }

    [Theory]
    [InlineData("query set rd", 1)]
    [InlineData("response set rd", 0)]
    public void AnUpstreamIsAskedWithTheQuerysFlags(string rules, int expected)
    {
        FakeUpstreams upstreams = new();
        upstreams.Answers("192.0.2.1:53");
        PluginKit forward = new(new ForwardPlugin(), "forward . 192.0.2.1", upstreams: upstreams);
        PluginHandler handler = Create(rules).ChainTo(forward.Handler);
        Query query = forward.CreateContext("www.example.");
        byte[] sent = query.Request.ToArray();

        Assert.True(handler.ServeAsync(query).AsTask().IsCompletedSuccessfully);

        sent[2] = (byte)expected;
        Assert.Equal(sent, upstreams.LastQuery);
    }

    [Fact]
    public async Task AnAnswerThatComesLaterIsChangedToo()
    {
        TaskCompletionSource<UpstreamOutcome> reply = new();
        FakeUpstreams upstreams = new();
        upstreams.On("192.0.2.1:53", _ => new ValueTask<UpstreamOutcome>(reply.Task));
        PluginKit forward = new(new ForwardPlugin(), "forward . 192.0.2.1", upstreams: upstreams);
        PluginHandler handler = Create("response set aa\n response clear ra").ChainTo(forward.Handler);
        Query query = forward.CreateContext("www.example.");

        Task served = handler.ServeAsync(query).AsTask();
        reply.SetResult(upstreams.Reply());
        await served;

        Assert.True(query.Response.Authoritative);
        Assert.False(query.Response.RecursionAvailable);
    }

    [Fact]
    public void AFailureIsLeftAsItIs()
    {
        Query query = Create("response set aa ra rd", static query => query.Response.Fail("next", ResponseCode.ServFail, null))
            .Serve("www.example.");

        Assert.False(query.Response.Authoritative);
        Assert.False(query.Response.RecursionAvailable);
        Assert.Null(query.Response.RecursionDesired);
    }

    [Fact]
    public void ChangingFlagsAllocatesNothing()
    {
        PluginKit kit = Create("query set rd\n response set ra\n response clear aa", static query => query.Response.Answer("next"));
        Query query = kit.Serve("www.example.");

        Assert.Equal(0, kit.CountAllocatedBytes(query));
    }

    [Theory]
    [InlineData("header", "Corefile:2:1: header has no rules: write some in braces, such as 'response set ra'")]
    [InlineData("header {\n}", "Corefile:2:1: header has no rules: write some in braces, such as 'response set ra'")]
    [InlineData("header {\n set ra\n}", "Corefile:3:2: missing 'query' or 'response' before 'set': write for example 'response set ra'")]
    [InlineData("header {\n respnose set ra\n}", "Corefile:3:2: unknown option 'respnose' of header: expected query or response; did you mean 'response'?")]
    [InlineData("header {\n query sett ra\n}", "Corefile:3:8: invalid value 'sett' for query: expected set or clear; did you mean 'set'?")]
    [InlineData("header {\n query set tc\n}", "Corefile:3:12: invalid value 'tc' for query: expected aa, ra or rd")]
    [InlineData("header {\n query set ra rdd\n}", "Corefile:3:15: invalid value 'rdd' for query: expected aa, ra or rd; did you mean 'rd'?")]
    [InlineData("header {\n query\n}", "Corefile:3:2: missing argument of 'query': expected 'query set|clear aa|ra|rd...'")]
    [InlineData("header {\n query set\n}", "Corefile:3:2: missing argument of 'query': expected 'query set|clear aa|ra|rd...'")]
    [InlineData("header {\n query set ra {\n }\n}", "Corefile:3:2: 'query' does not take a block")]
    public void WhatIsWrongIsSaid(string text, string error) => Assert.Equal(error, new PluginKit(new HeaderPlugin(), text).Errors);

    private static PluginKit Create(string rules, Action<Query>? next = null) => new(new HeaderPlugin(), $"header {{\n {rules}\n}}", next);
}
