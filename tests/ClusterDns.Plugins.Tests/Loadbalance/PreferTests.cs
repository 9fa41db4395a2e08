using System.Net;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Loadbalance;
using ClusterDns.Plugins.Tests.TestKit;

namespace ClusterDns.Plugins.Tests.Loadbalance;

public sealed class PreferTests
{
    private static readonly string[] Addresses = ["192.0.2.1", "10.2.0.1", "2001:db8::1", "10.1.0.1", "192.0.2.2", "10.1.0.2"];

    [Theory]
    [InlineData("loadbalance {\n prefer 10.1.0.0/16 10.2.0.0/16\n}")]
    [InlineData("loadbalance round_robin {\n prefer 10.1.0.0/16\n prefer 10.2.0.0/16\n}")]
    public void AddressesOfPreferredSubnetsStandFirstInTheSubnetsOrder(string text)
    {
        PluginKit kit = Create(text, Add);
        HashSet<string> first = new(StringComparer.Ordinal);
        HashSet<string> last = new(StringComparer.Ordinal);
        for (int i = 0; i < 100; i++)
        {
            string[] answer = Ask(kit);
            Assert.Equal("CNAME a. TXT \"t\"", string.Join(' ', answer[..2]));
            Assert.StartsWith("A 10.1.", answer[2], StringComparison.Ordinal);
            Assert.StartsWith("A 10.1.", answer[3], StringComparison.Ordinal);
            Assert.Equal("A 10.2.0.1", answer[4]);
            first.Add(answer[2]);
            last.Add(answer[^1]);
        }

        Assert.Equal(2, first.Count);
        Assert.Equal(3, last.Count);
    }

    [Fact]
    public void ASubnetPrefersItsOwnFamilyOnly()
    {
        PluginKit kit = Create("loadbalance {\n prefer ::/0\n}", Add);

        for (int i = 0; i < 20; i++)
        {
            Assert.Equal("AAAA 2001:db8::1", Ask(kit)[2]);
        }
    }

    [Fact]
    public void TheAdditionalSectionIsArrangedTooAndTheAuthorityIsNot()
    {
        PluginKit kit = Create("loadbalance weighted weights {\n prefer 10.0.0.0/8\n}", static response =>
        {
            for (ResponseSection section = ResponseSection.Authority; section <= ResponseSection.Additional; section++)
            {
                response.TryAddCopy(section, default, RecordType.A, 60, [192, 0, 2, 1]);
                response.TryAddCopy(section, default, RecordType.A, 60, [10, 0, 0, 1]);
            }
        });

        Assert.Equal(
            "NOERROR\nAuthority: www.example. 60 A 192.0.2.1\nAuthority: www.example. 60 A 10.0.0.1\n"
                + "Additional: www.example. 60 A 10.0.0.1\nAdditional: www.example. 60 A 192.0.2.1",
            kit.Ask("www.example.", RecordType.MX));
    }

    [Fact]
    public void ThePreferenceHasTheLastWordOverWeights()
    {
        PluginKit kit = Create(
            "loadbalance weighted weights {\n prefer 10.2.0.0/16\n}", Add, "www.example\n192.0.2.1 255\n");

        for (int i = 0; i < 20; i++)
        {
            Assert.Equal("A 10.2.0.1", Ask(kit)[2]);
        }
    }

    [Theory]
    [InlineData(6)]
    [InlineData(1500)]
    public void ArrangingAllocatesNothing(int count)
    {
        PluginKit kit = Create("loadbalance {\n prefer 10.1.0.0/16 10.2.0.0/16\n}", response =>
        {
            for (int i = 0; i < count; i++)
            {
                response.TryAddCopy(ResponseSection.Answer, default, RecordType.A, 60, [10, (byte)(i % 4), (byte)(i >> 8), (byte)i]);
            }
        });
        Query query = kit.Serve("www.example.", transport: TransportProtocol.Tcp);
        for (int i = 0; i < 10; i++)
        {
            kit.ServeAgain(query);
        }

        Assert.Equal(0, kit.CountAllocatedBytes(query));
    }

    private static string[] Ask(PluginKit kit)
        => [.. kit.Ask("www.example.").Split('\n').Skip(1).Select(static line => string.Join(' ', line.Split(' ')[3..]))];

    private static PluginKit Create(string text, Action<Response> answer, string weights = "")
    {
        PluginKit kit = new(
            new LoadbalancePlugin(),
            text,
            query =>
            {
                query.Response.Answer("test");
                answer(query.Response);
            },
            new FakeFiles { ["weights"] = weights });
        Assert.Equal("", kit.Errors);
        return kit;
    }

    private static void Add(Response response)
    {
        response.TryAddCopy(ResponseSection.Answer, default, RecordType.TXT, 60, [1, (byte)'t']);
        foreach (IPAddress address in Addresses.Select(IPAddress.Parse))
        {
            byte[] rdata = address.GetAddressBytes();
            response.TryAddCopy(ResponseSection.Answer, default, rdata.Length == 4 ? RecordType.A : RecordType.AAAA, 60, rdata);
        }

        response.TryAddCopy(ResponseSection.Answer, default, RecordType.CNAME, 60, [1, (byte)'a', 0]);
    }
}
