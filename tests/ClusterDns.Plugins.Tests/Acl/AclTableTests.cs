using System.Globalization;
using System.Net;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Acl;
using ClusterDns.Plugins.Common;
using ClusterDns.Plugins.Tests.TestKit;

namespace ClusterDns.Plugins.Tests.Acl;

/// <summary>The tables say what a walk along the policies would.</summary>
public class AclTableTests
{
    private static readonly RecordType[] Types = [RecordType.A, RecordType.AAAA, RecordType.TXT, RecordType.MX];

    [Fact]
    public void NetworksWithinOneAnotherAreCutIntoPieces()
    {
        AddressTable table = new([new(10, 19, 3), new(12, 13, 1), new(14, 15, 5), new(18, 19, 2), new(30, 39, 4)]);

        Assert.Equal(
            "0- 10=3 12=1 14=3 18=2 20- 30=4 40-",
            string.Join(' ', ((int[])[0, 10, 12, 14, 18, 20, 30, 40]).Select(address => Show(address, table.Find((UInt128)address)))));
        Assert.Equal(7, table.PieceCount);
    }

    [Fact]
    public void NeighboursOfOnePolicyAreOnePiece()
        => Assert.Equal(2, new AddressTable(Enumerable.Range(0, 1000).Select(static i => new AddressRange((UInt128)i, (UInt128)i, 0)).Reverse()).PieceCount);

    [Fact]
    public void TheLastAddressHasNoneBehindIt()
    {
        AddressTable table = new([new(0, UInt128.MaxValue, 1), new(UInt128.MaxValue, UInt128.MaxValue, 0)]);

        Assert.Equal(1, table.Find(0));
        Assert.Equal(1, table.Find(UInt128.MaxValue - 1));
        Assert.Equal(0, table.Find(UInt128.MaxValue));
    }

    [Fact]
    public void NoNetworkHasNoPolicy() => Assert.Equal(AddressTable.None, new AddressTable([]).Find(7));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void TheFirstPolicyIsFoundWhateverTheOrder(int seed)
    {
        Random random = new(seed);
        PluginKit kit = new(new AclPlugin(), "acl");
        for (int round = 0; round < 40; round++)
        {
            AclPolicy[] policies = [.. Enumerable.Range(0, random.Next(1, 30)).Select(_ => CreatePolicy(random))];
            AclRuleTable table = new(new AclRule([], policies));
            for (int i = 0; i < 100; i++)
            {
                string client = i % 2 == 0 ? $"10.0.{random.Next(2)}.{random.Next(256)}:53" : $"[2001:db8::{random.Next(512):x}]:53";
                Query query = kit.Serve("www.example.", Types[random.Next(Types.Length)], client: client);
                UInt128 address = query.Remote.AddressBits;
                AclPolicy? first = Array.Find(policies, policy =>
                    (policy.Types.Count == 0 || policy.Types.Contains(query.Type)) &&
                    policy.Networks.Any(network =>
                        network.IsIPv4 == query.Remote.IsIPv4 && network.Network <= address && address <= network.Last));

                Assert.Equal(first?.Action, table.Find(query));
            }
        }
    }

    [Theory]
    [InlineData("10.1.2.3/8", "10.0.0.0", "10.255.255.255", true)]
    [InlineData("10.1.2.3", "10.1.2.3", "10.1.2.3", true)]
    [InlineData("0.0.0.0/0", "0.0.0.0", "255.255.255.255", true)]
    [InlineData("::/0", "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", false)]
    [InlineData("2001:db8::1/127", "2001:db8::", "2001:db8::1", false)]
    public void ANetworkIsARange(string text, string first, string last, bool isIPv4)
    {
        Assert.True(Subnet.TryParseOrAddress(text, out Subnet network));
        Assert.Equal((Bits(first), Bits(last), isIPv4), (network.Network, network.Last, network.IsIPv4));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/8")]
    [InlineData("10.0.0.0/")]
    [InlineData("10.0.0.0/33")]
    [InlineData("10.0.0.0/-1")]
    [InlineData("10.0.0/8")]
    [InlineData("10.0.0.01")]
    [InlineData("2001:db8::/129")]
    [InlineData("fe80::1%eth0")]
    [InlineData("[::1]")]
    [InlineData("example.org")]
    public void OtherTextIsNoNetwork(string text) => Assert.False(Subnet.TryParseOrAddress(text, out _));

    private static string Show(int address, int policy) => policy == AddressTable.None ? $"{address}-" : $"{address}={policy}";

    private static UInt128 Bits(string address) => NetworkEndpoint.From(new IPEndPoint(IPAddress.Parse(address), 0)).AddressBits;

    private static AclPolicy CreatePolicy(Random random)
    {
        AclAction action = (AclAction)random.Next(4);
        RecordType[] types = [.. Types.Where(_ => random.Next(4) == 0)];
        Subnet[] networks = [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => CreateNetwork(random))];
        return new AclPolicy(action, types, networks);
    }

    private static Subnet CreateNetwork(Random random)
    {
        string text = random.Next(2) == 0
            ? string.Create(CultureInfo.InvariantCulture, $"10.0.{random.Next(2)}.{random.Next(256)}/{random.Next(22, 33)}")
            : string.Create(CultureInfo.InvariantCulture, $"2001:db8::{random.Next(512):x}/{random.Next(118, 129)}");
        Assert.True(Subnet.TryParseOrAddress(text, out Subnet network));
        return network;
    }
}
