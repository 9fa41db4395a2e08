using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Loadbalance;
using ClusterDns.Plugins.Tests.TestKit;

namespace ClusterDns.Plugins.Tests.Loadbalance;

public class LoadbalanceTests
{
    [Fact]
    public void EveryOrderOfAddressesIsAsLikely()
    {
        PluginKit kit = Create("loadbalance", Addresses(3));
        Dictionary<string, int> orders = new(StringComparer.Ordinal);
        for (int i = 0; i < 6000; i++)
        {
            string answer = kit.Ask("www.example.");
            orders[answer] = orders.GetValueOrDefault(answer) + 1;
        }

        Assert.Equal(6, orders.Count);
        Assert.All(orders.Values, static count => Assert.InRange(count, 850, 1150));
    }

    [Fact]
    public void AliasesStandFirstAndOtherRecordsKeepTheirOrder()
    {
        PluginKit kit = Create("loadbalance round_robin", static response =>
        {
            Add(response, RecordType.MX, [0, 5, 0]);
            Add(response, RecordType.A, [192, 0, 2, 1]);
            Add(response, RecordType.TXT, [1, (byte)'1']);
            Add(response, RecordType.TXT, [1, (byte)'2']);
            Add(response, RecordType.CNAME, [1, (byte)'a', 0]);
            Add(response, RecordType.CNAME, [1, (byte)'b', 0]);
        });

        for (int i = 0; i < 10; i++)
        {
            Assert.Equal(
                "CNAME a. CNAME b. TXT \"1\" TXT \"2\" A 192.0.2.1 MX 5 .",
                string.Join(' ', kit.Ask("www.example.").Split('\n').Skip(1).Select(static line => string.Join(' ', line.Split(' ')[3..]))));
        }
    }

    [Fact]
    public void AllSectionsAreShuffled()
    {
        PluginKit kit = Create("loadbalance", static response =>
        {
            for (byte i = 1; i <= 4; i++)
            {
                response.TryAddCopy(ResponseSection.Additional, default, RecordType.A, 60, [192, 0, 2, i]);
                response.TryAddCopy(ResponseSection.Authority, default, RecordType.AAAA, 60, [.. new byte[15], i]);
            }
        });

        HashSet<string> answers = new(StringComparer.Ordinal);
        for (int i = 0; i < 50; i++)
        {
            answers.Add(kit.Ask("www.example."));
        }

        Assert.True(answers.Count > 30);
    }

    [Theory]
    [InlineData(ResponseCode.NXDomain, "A")]
    [InlineData(ResponseCode.NoError, "AXFR")]
    public void WhatIsNoAnswerOrATransferIsLeftAlone(ResponseCode code, string type)
    {
        Assert.True(RecordTypes.TryParse(type, out RecordType recordType));
        PluginKit kit = new(new LoadbalancePlugin(), "loadbalance", query =>
        {
            query.Response.Answer("test", code);
            Addresses(8)(query.Response);
        });

        string first = kit.Ask("www.example.", recordType);
        for (int i = 0; i < 10; i++)
        {
            Assert.Equal(first, kit.Ask("www.example.", recordType));
        }
    }

    [Theory]
    [InlineData(8)]
    [InlineData(1000)]
    public void ShufflingAllocatesNothing(int count)
    {
        PluginKit kit = Create("loadbalance", response =>
        {
            for (int i = 0; i < count; i++)
            {
                Add(response, i % 3 == 0 ? RecordType.MX : RecordType.A, [192, 0, (byte)(i >> 8), (byte)i]);
            }
        });
        Query query = kit.Serve("www.example.", transport: TransportProtocol.Tcp);
        for (int i = 0; i < 10; i++)
        {
            kit.ServeAgain(query);
        }

        Assert.Equal(0, kit.CountAllocatedBytes(query));
    }

    [Theory]
    [InlineData("loadbalance round_robbin", "Corefile:2:13: invalid value 'round_robbin' for loadbalance: expected round_robin or weighted; did you mean 'round_robin'?")]
    [InlineData("loadbalance wheighted file", "Corefile:2:13: invalid value 'wheighted' for loadbalance: expected round_robin or weighted; did you mean 'weighted'?")]
    [InlineData("loadbalance round_robin file", "Corefile:2:25: unexpected 'file' after 'loadbalance': expected 'loadbalance [round_robin]'")]
    [InlineData("loadbalance weighted", "Corefile:2:1: missing argument of 'loadbalance': expected 'loadbalance weighted WEIGHTFILE'")]
    [InlineData("loadbalance weighted a b", "Corefile:2:24: unexpected 'b' after 'loadbalance': expected 'loadbalance weighted WEIGHTFILE'")]
    [InlineData("loadbalance {\n reload 5s\n}", "Corefile:3:2: 'reload' has no weight file to read again: write it under 'loadbalance weighted WEIGHTFILE'")]
    [InlineData("loadbalance weighted file {\n reload\n}", "Corefile:3:2: missing argument of 'reload': expected 'reload DURATION'")]
    [InlineData("loadbalance {\n prefer 10.0.0.0/8 10.0.0.1\n}", "Corefile:3:20: invalid network '10.0.0.1' for prefer: expected for example 10.0.0.0/8 or 2001:db8::/32")]
    [InlineData("loadbalance {\n perfer 10.0.0.0/8\n}", "Corefile:3:2: unknown option 'perfer' of loadbalance: expected reload or prefer; did you mean 'prefer'?")]
    public void WhatIsWrongIsSaid(string text, string error) => Assert.Equal(error, Create(text, static _ => { }).Errors);

    private static PluginKit Create(string text, Action<Response> answer) => new(new LoadbalancePlugin(), text, query =>
    {
        query.Response.Answer("test");
        answer(query.Response);
    });

    private static Action<Response> Addresses(int count) => response =>
    {
        for (byte i = 1; i <= count; i++)
        {
            Add(response, RecordType.A, [192, 0, 2, i]);
        }
    };

    private static void Add(Response response, RecordType type, ReadOnlySpan<byte> rdata)
        => response.TryAddCopy(ResponseSection.Answer, default, type, 60, rdata);
}
