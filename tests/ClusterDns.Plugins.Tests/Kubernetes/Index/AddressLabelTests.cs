using System.Net;
using System.Text;
using ClusterDns.Plugins.Kubernetes.Index;

namespace ClusterDns.Plugins.Tests.Kubernetes.Index;

public sealed class AddressLabelTests
{
    [Theory]
    [InlineData("10.1.0.255", "10-1-0-255")]
    [InlineData("fd00::1", "fd00--1")]
    [InlineData("fd00:1::", "fd00-1--0")]
    [InlineData("::", "--0")]
    [InlineData("::1", "--1")]
    [InlineData("2001:db8:0:1:1:1:1:1", "2001-db8-0-1-1-1-1-1")]
    [InlineData("2001:db8:0:1:1:1:1:0", "2001-db8-0-1-1-1-1-0")]
    [InlineData("fd00:0:0:1:0:0:1:1", "fd00--1-0-0-1-1")]
    [InlineData("fd00:0:0:1::1", "fd00-0-0-1--1")]
    [InlineData("0:0:1:2:3:4:0:0", "--1-2-3-4-0-0")]
    [InlineData("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff-ffff-ffff-ffff-ffff-ffff-ffff-ffff")]

    // These have an IPv4 address within, which is written with dots elsewhere.
    [InlineData("fd00::5efe:a01:203", "fd00--5efe-a01-203")]
    [InlineData("::a01:203", "--a01-203")]
    [InlineData("::ffff:0:a01:203", "--ffff-0-a01-203")]
    public void An_address_is_a_label(string address, string expected)
    {
        Span<byte> text = stackalloc byte[AddressLabel.MaxLength];
        int length = AddressLabel.Write(IPAddress.Parse(address).GetAddressBytes(), text);
        Assert.Equal(expected, Encoding.ASCII.GetString(text[..length]));
    }
}
