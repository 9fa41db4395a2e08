using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Records;
using ClusterDns.Core.Wire;

namespace ClusterDns.Plugins.Tests.Cache;

/// <summary>What is kept of denials, and for how long (RFC 2308).</summary>
public sealed class NegativeAnswerTests
{
    [Theory]
    [InlineData(ResponseCode.NXDomain)]
    [InlineData(ResponseCode.NoError)]
    public void Denial_is_kept_for_the_lower_of_the_SOAs_TTL_and_MINIMUM(ResponseCode code)
    {
        CacheKit kit = new("cache", query => Deny(query, code, "example.", ttl: 600, minimum: 20));

        kit.Ask();
        kit.Wait(19);
        kit.Ask();
        Assert.Equal(1, kit.Asked);
        kit.Wait(1);
        kit.Ask();
        Assert.Equal(2, kit.Asked);
    }

    [Theory]
    [InlineData(ResponseCode.NXDomain, ".")]
    [InlineData(ResponseCode.NXDomain, "example.")]
    [InlineData(ResponseCode.NoError, "www.example.")]
    public void Denial_with_the_SOA_of_an_enclosing_zone_is_kept(ResponseCode code, string zone)
        => Assert.Equal(1, AskTwice(query => Deny(query, code, zone, 60, 60)));

    [Theory]
    [InlineData(ResponseCode.NXDomain, "other.")]
    [InlineData(ResponseCode.NXDomain, "below.www.example.")]
    [InlineData(ResponseCode.NoError, "ample.")]
    [InlineData(ResponseCode.NoError, null)]
    [InlineData(ResponseCode.NXDomain, null)]
    public void Denial_without_the_SOA_of_an_enclosing_zone_is_not_kept(ResponseCode code, string? zone)
        => Assert.Equal(2, AskTwice(query => Deny(query, code, zone, 60, 60)));

    [Theory]
    [InlineData(ResponseCode.NXDomain, "target.test.", 1)]
    [InlineData(ResponseCode.NoError, "target.test.", 1)]
    [InlineData(ResponseCode.NXDomain, "example.", 2)]
    [InlineData(ResponseCode.NXDomain, null, 2)]
    public void Denial_behind_an_alias_is_kept_with_the_SOA_of_the_targets_zone(ResponseCode code, string? zone, int asked)
        => Assert.Equal(asked, AskTwice(query =>
        {
            query.Response.Answer("next", code);
            CacheKit.Add(query, ResponseSection.Answer, "www.example.", RecordType.CNAME, 60, DomainName.Parse("x.target.test."));
            AddSoa(query, zone, 60, 60);
        }));

    [Fact]
    public void NXDOMAIN_beside_the_records_that_were_asked_is_not_kept()
        => Assert.Equal(2, AskTwice(query =>
        {
            query.Response.Answer("next", ResponseCode.NXDomain);
            CacheKit.Add(query, ResponseSection.Answer, "www.example.", RecordType.A, 60, [192, 0, 2, 1]);
            AddSoa(query, "example.", 60, 60);
        }));

    [Fact]
    public void Records_of_other_names_answer_no_other_question()
    {
        CacheKit kit = new("cache", static query =>
        {
            CacheKit.Addresses(60)(query);
            CacheKit.Add(query, ResponseSection.Answer, "other.test.", RecordType.A, 60, [192, 0, 2, 66]);
            CacheKit.Add(query, ResponseSection.Authority, "test.", RecordType.NS, 60, DomainName.Parse("ns.test."));
            CacheKit.Add(query, ResponseSection.Additional, "ns.test.", RecordType.A, 60, [192, 0, 2, 66]);
        });

        kit.Ask();
        kit.Ask("other.test.");
        kit.Ask("ns.test.");
        kit.Ask("test.", RecordType.NS);
        Assert.Equal(4, kit.Asked);
    }

    [Fact]
    public void Time_to_live_with_the_top_bit_set_is_capped_by_the_caches_maximum()
    {
        CacheKit kit = new("cache 300", CacheKit.Addresses(0x80000001));

        kit.Ask();
        kit.Wait(299);
        Assert.Equal("NOERROR\nAnswer: www.example. 1 A 192.0.2.1", kit.Ask());
        Assert.Equal(1, kit.Asked);
    }

    private static int AskTwice(Action<Query> answer)
    {
        CacheKit kit = new("cache", answer);
        string first = kit.Ask();
        Assert.Equal(first, kit.Ask());
        return kit.Asked;
    }

    private static void Deny(Query query, ResponseCode code, string? zone, uint ttl, uint minimum)
    {
        query.Response.Answer("next", code);
        AddSoa(query, zone, ttl, minimum);
    }

    private static void AddSoa(Query query, string? zone, uint ttl, uint minimum)
    {
        if (zone is null)
        {
            return;
        }

        byte[] rdata = new byte[SoaRdata.MaxLength];
        SoaRdata soa = new() { PrimaryServer = DomainName.Root, Mailbox = DomainName.Root, Minimum = minimum };
        Assert.True(soa.TryWrite(rdata, out int length));
        CacheKit.Add(query, ResponseSection.Authority, zone, RecordType.SOA, ttl, rdata[..length]);
    }
}
