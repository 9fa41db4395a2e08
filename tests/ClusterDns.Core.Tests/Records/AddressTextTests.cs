using System.Net;
using ClusterDns.Core.Records;

namespace ClusterDns.Core.Tests.Records;

public class AddressTextTests
{
    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1", "192.0.2.1")]
    [InlineData("0.0.0.0", "0.0.0.0", "0.0.0.0")]
    [InlineData("::", "::", "::")]
    [InlineData("2001:DB8::1", "2001:db8::1", "2001:db8::1")]
    [InlineData("::ffff:192.0.2.1", "::ffff:192.0.2.1", "192.0.2.1")]
    [InlineData("64:ff9b::192.0.2.1", "64:ff9b::c000:201", "64:ff9b::c000:201")]
    public void AddressesAreRead(string text, string expected, string unmapped)
    {
        Assert.True(AddressText.TryParse(text, out IPAddress? address));
        Assert.Equal(IPAddress.Parse(expected), address);
        Assert.True(AddressText.TryParseUnmapped(text, out address));
        Assert.Equal(IPAddress.Parse(unmapped), address);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("127.1")]
    [InlineData("1.2.3.4.")]
    [InlineData("1.2.3.4.5")]
    [InlineData("1.2..4")]
    [InlineData("1.2.3.256")]
    [InlineData("0x7f.0.0.1")]
    [InlineData("127.0.0.01")]
    [InlineData("192.0.2.1 ")]
    [InlineData("[::1]")]
    [InlineData("[::1]:53")]
    [InlineData("fe80::1%eth0")]
    [InlineData("::1/64")]
    [InlineData(":")]
    [InlineData("1:2")]
    [InlineData("::ffff:192.0.2.01")]
    [InlineData("::ffff:192.0.2")]
    [InlineData("192.0.2.1::")]
    public void WhatIsNoAddressIsNotRead(string text)
    {
        Assert.False(AddressText.TryParse(text, out _));
        Assert.False(AddressText.TryParseUnmapped(text, out _));
    }
}
