using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Tests.TestKit;

namespace ClusterDns.Plugins.Tests.Cache;

public sealed class CacheHandlerTests
{
    [Fact]
    public void A_hit_shows_what_is_left_of_the_shortest_time_to_live()
    {
        CacheKit kit = new("cache", CacheKit.Addresses(60, 30));

        Assert.Equal("NOERROR\nAnswer: www.example. 30 A 192.0.2.1\nAnswer: www.example. 30 A 192.0.2.2", kit.Ask());
        kit.Wait(10);
        Assert.Equal("NOERROR\nAnswer: www.example. 20 A 192.0.2.1\nAnswer: www.example. 20 A 192.0.2.2", kit.Ask());
        kit.Wait(19);
        Assert.Contains(" 1 A ", kit.Ask(), StringComparison.Ordinal);
        Assert.Equal(1, kit.Asked);
        kit.Wait(1);
        Assert.Contains(" 30 A ", kit.Ask(), StringComparison.Ordinal);
        Assert.Equal(2, kit.Asked);
    }

    [Theory]
    [InlineData("cache", 7200u, 3600)]
    [InlineData("cache", 0u, 5)]
    [InlineData("cache 20", 60u, 20)]
    [InlineData("cache {\n success 2000 100 50\n}", 10u, 50)]
    [InlineData("cache {\n success 2000 100 50\n}", 200u, 100)]
    [InlineData("cache {\n success 2000 3 5\n}", 200u, 3)]
    public void An_answer_is_kept_within_bounds(string options, uint ttl, int kept)
    {
        CacheKit kit = new(options, CacheKit.Addresses(ttl));
        kit.Ask();
        kit.Wait(kept - 1);
        Assert.Contains(" 1 A ", kit.Ask(), StringComparison.Ordinal);
        Assert.Equal(1, kit.Asked);
        kit.Wait(1);
        kit.Ask();
        Assert.Equal(2, kit.Asked);
    }

    [Fact]
    public void An_answer_for_one_query_is_not_kept_and_the_next_may_be()
    {
        bool isForOneQuery = true;
        CacheKit kit = new("cache", query =>
        {
            query.Response.IsUncacheable |= isForOneQuery;
            CacheKit.Addresses(7200)(query);
        });

        Assert.Contains(" 7200 A ", kit.Ask(), StringComparison.Ordinal);
        kit.Ask();
        Assert.Equal(2, kit.Asked);
        isForOneQuery = false;
        kit.Ask();
        kit.Ask();
        Assert.Equal(3, kit.Asked);
    }

    [Theory]
    [InlineData("cache", ResponseCode.NXDomain, 30u, 30)]
    [InlineData("cache", ResponseCode.NoError, 7200u, 1800)]
    [InlineData("cache", ResponseCode.NXDomain, 1u, 5)]
    [InlineData("cache 20", ResponseCode.NXDomain, 60u, 20)]
    [InlineData("cache {\n denial 2000 100 50\n}", ResponseCode.NoError, 10u, 50)]
    public void A_denial_is_kept_by_its_soa(string options, ResponseCode code, uint ttl, int kept)
    {
        CacheKit kit = new(options, CacheKit.Denial(code, ttl));
        kit.Ask();
        kit.Wait(kept - 1);
        Assert.Equal($"{ResponseCodes.ToText(code)}\nAuthority: example. 1 SOA {CacheKit.Soa}", kit.Ask());
        Assert.Equal(1, kit.Asked);
        kit.Wait(1);
        kit.Ask();
        Assert.Equal(2, kit.Asked);
        Assert.Equal(1, kit.Metric("coredns_cache_hits_total", "denial"));
    }

    [Fact]
    public void Keepttl_shows_the_whole_time_to_live()
    {
        CacheKit kit = new("cache {\n keepttl\n}", CacheKit.Addresses(60));
        kit.Ask();
        kit.Wait(50);
        Assert.Contains(" 60 A ", kit.Ask(), StringComparison.Ordinal);
        kit.Wait(10);
        kit.Ask();
        Assert.Equal(2, kit.Asked);
    }

    [Theory]
    [InlineData("cache", 5)]
    [InlineData("cache {\n servfail 90s\n}", 90)]
    public void A_servfail_is_kept_for_a_short_time(string options, int kept)
    {
        CacheKit kit = new(options, static query => query.Response.Answer("next", ResponseCode.ServFail, authoritative: false));
        kit.Ask();
        kit.Wait(kept - 1);
        Assert.Equal("SERVFAIL", kit.Ask());
        Assert.Equal(1, kit.Asked);
        kit.Wait(1);
        kit.Ask();
        Assert.Equal(2, kit.Asked);
    }

    public static TheoryData<string, string> Unkept => new()
    {
        { "cache", "failure" },
        { "cache", "refused" },
        { "cache", "NXDOMAIN without SOA" },
        { "cache", "nothing" },
        { "cache", "NXDOMAIN with answers" },
        { "cache", "truncated" },
        { "cache", "other owner" },
        { "cache", "alias without end" },
        { "cache", "alias in a loop" },
        { "cache", "forked alias" },
        { "cache", "too large" },
        { "cache {\n servfail 0s\n}", "servfail" },
        { "cache {\n disable success\n}", "answer" },
        { "cache {\n disable success example\n}", "answer" },
        { "cache {\n disable denial www.example\n}", "NXDOMAIN" },
        { "cache example.org", "answer" },
    };

    [Theory]
    [MemberData(nameof(Unkept))]
    public void Some_responses_are_not_kept(string options, string response)
    {
        CacheKit kit = new(options, query => Respond(query, response));
        string first = kit.Ask();
        Assert.Equal(first, kit.Ask());
        Assert.Equal(2, kit.Asked);
        Assert.Equal(0, kit.Metric("coredns_cache_entries"));
    }

    [Theory]
    [InlineData("answer")]
    [InlineData("NXDOMAIN")]
    [InlineData("delegation")]
    [InlineData("alias with end")]
    [InlineData("alias without end, with SOA")]
    [InlineData("notimp")]
    public void Others_are(string response)
    {
        CacheKit kit = new("cache {\n disable denial example.org\n}", query => Respond(query, response));
        string first = kit.Ask();
        Assert.Equal(first, kit.Ask());
        Assert.Equal(1, kit.Asked);
        Assert.Equal(1, kit.Metric("coredns_cache_entries"));
        Assert.Equal(0, kit.Metric("coredns_cache_drops_total"));
    }

    [Theory]
    [InlineData("answer")]
    [InlineData("NXDOMAIN")]
    [InlineData("NXDOMAIN without SOA")]
    [InlineData("delegation")]
    [InlineData("alias with end")]
    [InlineData("alias without end, with SOA")]
    [InlineData("alias in a loop")]
    [InlineData("nothing")]
    [InlineData("servfail")]
    [InlineData("failure")]
    [InlineData("refused")]
    [InlineData("truncated")]
    public void Names_whose_responses_are_never_kept_get_the_ttl_that_the_cache_gives(string response)
    {
        const string limits = "cache {\n success 2000 20 10\n denial 2000 9 7\n servfail 3s";
        CacheKit keeping = new($"{limits}\n}}", query => Respond(query, response));
        CacheKit disabled = new($"{limits}\n disable success example\n disable denial www.example\n}}", query => Respond(query, response));
        Assert.Equal(keeping.Ask(), disabled.Ask());
        disabled.Ask();
        Assert.Equal(2, disabled.Asked);
        Assert.Equal(2, disabled.Metric("coredns_cache_misses_total"));
        Assert.Equal(2, disabled.Metric("coredns_cache_requests_total"));
        Assert.Equal(0, disabled.Metric("coredns_cache_entries"));
    }

    [Fact]
    public void A_name_of_which_one_kind_is_kept_is_looked_up()
    {
        CacheKit kit = new(
            "cache {\n disable success example\n disable denial other.example\n}", CacheKit.Denial(ResponseCode.NXDomain, 30));
        kit.Ask();
        kit.Ask();
        Assert.Equal(1, kit.Asked);
    }

    [Fact]
    public void A_chain_without_an_end_is_a_denial_when_it_has_an_soa()
    {
        CacheKit kit = new("cache", static query => Respond(query, "alias without end, with SOA"));
        kit.Ask();
        Assert.Equal(1, kit.Metric("coredns_cache_entries", "denial"));
    }

    [Fact]
    public void A_failure_does_not_hide_an_answer_to_a_query_beside_it()
    {
        CacheKit? kit = null;
        kit = new CacheKit("cache", query =>
        {
            if (kit!.Asked == 1)
            {
                kit.Serve("www.example.", HeaderFlags.None);
                query.Response.Answer("next", ResponseCode.ServFail, authoritative: false);
            }
            else
            {
                CacheKit.Addresses(60)(query);
            }
        });
        Assert.Equal("SERVFAIL", kit.Ask());
        Assert.Equal("NOERROR\nAnswer: www.example. 60 A 192.0.2.1", kit.Ask());
        Assert.Equal(2, kit.Asked);
    }

    [Fact]
    public async Task An_answer_that_came_late_is_kept_as_well()
    {
        TaskCompletionSource upstream = new();
        PluginKit parsed = new(new Plugins.Cache.CachePlugin(), "cache");
        WaitingLink below = new(upstream.Task);
        PluginHandler handler = parsed.ChainTo(below);
        Query query = parsed.CreateContext("www.example.");

        ValueTask served = handler.ServeAsync(query);
        Assert.False(served.IsCompleted);
        parsed.Time.Advance(TimeSpan.FromSeconds(3));
        upstream.SetResult();
        await served;

        query.Response.Reset();
        await handler.ServeAsync(query);
        Assert.Equal("cache", query.Response.Plugin);
        Assert.Equal(60u, query.Response.Answers.Span[0].TimeToLive);
        Assert.Equal(1, below.Asked);
    }

    [Fact]
    public void Keys_are_without_case_and_with_type_DO_and_CD()
    {
        CacheKit kit = new("cache", CacheKit.Addresses(60));
        kit.Serve("www.example.", HeaderFlags.None);
        Query query = kit.Serve("WWW.example.", HeaderFlags.None);
        Assert.Equal(1, kit.Asked);
        query.Exchange.WriteResponse();
        Assert.Equal("WWW.example.", DomainName.ToText(query.Exchange.ResponseMessage.Slice(DnsHeader.Length, 13)));

        kit.Serve("www.example.", HeaderFlags.None, dnssecOk: true);
        kit.Serve("www.example.", HeaderFlags.CheckingDisabled);
        kit.Ask(type: RecordType.AAAA);
        Assert.Equal(4, kit.Asked);
        kit.Serve("www.example.", HeaderFlags.None, dnssecOk: true);
        kit.Serve("www.example.", HeaderFlags.CheckingDisabled);
        Assert.Equal(4, kit.Asked);
    }

    [Theory]
    [InlineData(HeaderFlags.None, false, false)]
    [InlineData(HeaderFlags.AuthenticData, false, true)]
    [InlineData(HeaderFlags.None, true, true)]
    public void AD_is_for_those_who_ask(HeaderFlags flags, bool dnssecOk, bool shown)
    {
        CacheKit kit = new("cache", static query =>
        {
            CacheKit.Addresses(60)(query);
            query.Response.AuthenticData = true;
            query.Response.RecursionAvailable = true;
        });
        Assert.Equal(shown, kit.Serve("www.example.", flags, dnssecOk).Response.AuthenticData);
        Response hit = kit.Serve("www.example.", flags, dnssecOk).Response;
        Assert.Equal(shown, hit.AuthenticData);
        Assert.True(hit.RecursionAvailable);
        Assert.True(hit.Authoritative);
        Assert.Equal("cache", hit.Plugin);
        Assert.Equal(1, kit.Asked);
    }

    [Fact]
    public void An_extended_error_is_kept()
    {
        CacheKit kit = new("cache", static query =>
        {
            query.Response.Answer("next", ResponseCode.ServFail);
            query.Response.SetExtendedError(22, "no server"u8.ToArray());
        });
        kit.Ask();
        Response hit = kit.Plugin.Serve("www.example.").Response;
        Assert.Equal((ushort?)22, hit.ExtendedErrorCode);
        Assert.Equal("no server"u8.ToArray(), hit.ExtendedErrorText.ToArray());
        Assert.Equal(1, kit.Asked);
    }

    [Theory]
    [InlineData(5, 5, 2)]
    [InlineData(-5, 5, 1)]
    public void A_response_with_an_expired_signature_is_not_kept(int from, int to, int asked)
    {
        CacheKit kit = new("cache", static _ => { });
        long now = kit.Plugin.Time.GetUtcNow().ToUnixTimeSeconds();
        kit = new CacheKit("cache", query =>
        {
            CacheKit.Addresses(60)(query);
            byte[] rdata = new byte[40];
            System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(rdata.AsSpan(8), (uint)(now + to));
            System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(rdata.AsSpan(12), (uint)(now + from));
            CacheKit.Add(query, ResponseSection.Answer, "www.example.", RecordType.RRSIG, 60, rdata);
        });
        kit.Serve("www.example.", HeaderFlags.None, dnssecOk: true);
        kit.Serve("www.example.", HeaderFlags.None, dnssecOk: true);
        Assert.Equal(asked, kit.Asked);
    }

    [Fact]
    public void Requests_hits_and_misses_are_counted()
    {
        CacheKit kit = new("cache", CacheKit.Addresses(60));
        kit.Ask();
        kit.Ask();
        kit.Ask();
        Assert.Equal(3, kit.Metric("coredns_cache_requests_total"));
        Assert.Equal(1, kit.Metric("coredns_cache_misses_total"));
        Assert.Equal(2, kit.Metric("coredns_cache_hits_total", "success"));
        Assert.Equal(0, kit.Metric("coredns_cache_hits_total", "denial"));
    }

    private static void Respond(Query query, string response)
    {
        ResponseCode code = response switch
        {
            "refused" => ResponseCode.Refused,
            "servfail" => ResponseCode.ServFail,
            "notimp" => ResponseCode.NotImp,
            _ => response.StartsWith("NXDOMAIN", StringComparison.Ordinal) ? ResponseCode.NXDomain : ResponseCode.NoError,
        };
        query.Response.Answer("next", code);
        switch (response)
        {
            case "failure":
                query.Response.Fail("next", ResponseCode.ServFail, "broken");
                break;
            case "answer" or "truncated" or "NXDOMAIN with answers":
                CacheKit.Add(query, ResponseSection.Answer, "www.example.", RecordType.A, 60, [192, 0, 2, 1]);
                query.Response.Truncated = response is "truncated";
                break;
            case "other owner":
                CacheKit.Add(query, ResponseSection.Answer, "evil.example.", RecordType.A, 60, [192, 0, 2, 1]);
                break;
            case "NXDOMAIN":
                CacheKit.AddSoa(query, 60);
                break;
            case "delegation":
                CacheKit.Add(query, ResponseSection.Authority, "example.", RecordType.NS, 60, DomainName.Parse("ns.example."));
                break;
            case "too large":
                for (int i = 0; i < 4; i++)
                {
                    CacheKit.Add(query, ResponseSection.Answer, "www.example.", RecordType.A, 60, new byte[9000]);
                }

                break;
            default:
                RespondWithAlias(query, response);
                break;
        }
    }

    private static void RespondWithAlias(Query query, string response)
    {
        if (!response.Contains("alias", StringComparison.Ordinal))
        {
            return;
        }

        CacheKit.Add(query, ResponseSection.Answer, "www.example.", RecordType.CNAME, 60, DomainName.Parse("A.example."));
        switch (response)
        {
            case "alias with end":
                CacheKit.Add(query, ResponseSection.Answer, "a.example.", RecordType.A, 60, [192, 0, 2, 1]);
                break;
            case "alias in a loop":
                CacheKit.Add(query, ResponseSection.Answer, "a.example.", RecordType.CNAME, 60, DomainName.Parse("www.example."));
                break;
            case "forked alias":
                CacheKit.Add(query, ResponseSection.Answer, "www.example.", RecordType.CNAME, 60, DomainName.Parse("b.example."));
                CacheKit.Add(query, ResponseSection.Answer, "b.example.", RecordType.A, 60, [192, 0, 2, 1]);
                break;
            case "alias without end, with SOA":
                CacheKit.AddSoa(query, 60);
                break;
            default:
                break;
        }
    }

    /// <summary>A link that waits, as one that asks an upstream does.</summary>
    private sealed class WaitingLink(Task upstream) : PluginHandler(EndOfChain.Instance)
    {
        public int Asked { get; set; }

        public override string Name => "next";

        public override async ValueTask ServeAsync(Query query)
        {
            Asked++;
            await upstream;
            CacheKit.Addresses(60)(query);
        }
    }
}
