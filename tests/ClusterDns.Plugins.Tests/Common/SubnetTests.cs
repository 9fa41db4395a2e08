using System.Net;
using ClusterDns.Core.Pipeline;
using ClusterDns.Plugins.Common;
using CsCheck;

namespace ClusterDns.Plugins.Tests.Common;

public sealed class SubnetTests
{
    [Theory]
    [InlineData("10.9.20.0/24", "10.9.20.255", true)]
    [InlineData("10.9.20.7/24", "10.9.20.255", true)]
    [InlineData("10.9.20.0/24", "10.9.21.0", false)]
    [InlineData("0.0.0.0/0", "255.255.255.255", true)]
    [InlineData("0.0.0.0/0", "2001:db8::1", false)]
    [InlineData("::/0", "2001:db8::1", true)]
    [InlineData("::/0", "10.0.0.1", false)]
    [InlineData("::ffff:10.0.0.0/104", "10.1.2.3", true)]
    [InlineData("2001:db8::/32", "2001:db8:ffff::", true)]
    [InlineData("2001:db8::/32", "2001:db9::", false)]
    [InlineData("2001:db8::1/128", "2001:db8::1", true)]
    [InlineData("192.0.2.1/32", "192.0.2.2", false)]
    public void An_address_is_in_a_subnet_of_its_family_that_begins_alike(string subnet, string address, bool isInside)
        => Assert.Equal(isInside, Subnet.Parse(subnet).Contains(Bits(address)));

    [Theory]
    [InlineData("10.0.0.0")]
    [InlineData("10.0.0.0/33")]
    [InlineData("10.0.0.0/")]
    [InlineData("10.0.0.0/-1")]
    [InlineData("010.0.0.0/8")]
    [InlineData("10.0.0/8")]
    [InlineData("::/129")]
    [InlineData("fe80::%1/64")]
    [InlineData("[::1]/128")]
    [InlineData("name/8")]
    [InlineData("")]
    public void Anything_else_is_none(string text)
    {
        Assert.False(Subnet.TryParse(text, out _));
        Assert.Throws<FormatException>(() => Subnet.Parse(text));
    }

    [Fact]
    public void It_holds_what_the_runtimes_networks_hold()
        => Gen.Select(Gen.Byte.Array[4], Gen.Int[0, 32], Gen.Byte.Array[4]).Sample(static (network, length, other) =>
        {
            IPAddress first = new(network);
            byte[] masked = [.. network.Select((octet, i) => (byte)(octet & (0xFF00 >> Math.Clamp(length - (8 * i), 0, 8))))];
            IPAddress second = new(other);
            return Subnet.Parse($"{first}/{length}").Contains(Bits(second.ToString())) == new IPNetwork(new IPAddress(masked), length).Contains(second) &&
                Subnet.Parse($"{first}/{length}").Contains(Bits(first.ToString()));
        });

    private static UInt128 Bits(string address) => NetworkEndpoint.From(new IPEndPoint(IPAddress.Parse(address), 0)).AddressBits;
}
