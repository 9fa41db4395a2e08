using System.Net;
using ClusterDns.Plugins.Common;
using ClusterDns.Plugins.Dns64;
using CsCheck;

namespace ClusterDns.Plugins.Tests.Dns64;

public sealed class EmbeddingPrefixTests
{
    [Theory]
    [InlineData("2001:db8::/32", "2001:db8:c000:221::")]
    [InlineData("2001:db8:100::/40", "2001:db8:1c0:2:21::")]
    [InlineData("2001:db8:122::/48", "2001:db8:122:c000:2:2100::")]
    [InlineData("2001:db8:122:300::/56", "2001:db8:122:3c0:0:221::")]
    [InlineData("2001:db8:122:344::/64", "2001:db8:122:344:c0:2:2100:0")]
    [InlineData("2001:db8:122:344::/96", "2001:db8:122:344::c000:221")]
    [InlineData("64:ff9b::/96", "64:ff9b::c000:221")]
    public void TheExamplesOfRfc6052Section24(string prefix, string expected)
        => Assert.Equal(IPAddress.Parse(expected), Embed(Subnet.Parse(prefix), [192, 0, 2, 33]));

    [Fact]
    public void EveryAddressCanBeReadBackAndTheRestIsPrefixAndZeros()
        => Gen.Select(Gen.Int[0, EmbeddingPrefix.Lengths.Length - 1], Gen.Byte.Array[16], Gen.Byte.Array[4]).Sample(static (choice, prefix, address) =>
        {
            int length = EmbeddingPrefix.Lengths[choice];
            Subnet subnet = Subnet.Parse($"{new IPAddress(prefix)}/{length}");
            byte[] embedded = Embed(subnet, address).GetAddressBytes();
            List<byte> rest = [.. embedded[(length / 8)..]];
            if (length < 96)
            {
                // The eighth octet lies within or behind the address, and is no part of it.
                Assert.Equal(0, embedded[8]);
                rest.RemoveAt(8 - (length / 8));
            }

            Assert.Equal(prefix[..(length / 8)], embedded[..(length / 8)]);
            Assert.Equal(address, rest[..4]);
            Assert.All(rest[4..], static octet => Assert.Equal(0, octet));
        });

    private static IPAddress Embed(Subnet prefix, byte[] address)
    {
        byte[] embedded = [.. Enumerable.Repeat((byte)0xFF, EmbeddingPrefix.AddressLength)];
        new EmbeddingPrefix(prefix).Embed(address, embedded);
        return new IPAddress(embedded);
    }
}
