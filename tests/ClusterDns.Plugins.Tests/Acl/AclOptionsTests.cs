using System.Globalization;
using ClusterDns.Plugins.Acl;
using ClusterDns.Plugins.Tests.TestKit;

namespace ClusterDns.Plugins.Tests.Acl;

public class AclOptionsTests
{
    [Theory]
    [InlineData("blok", "Corefile:3:2: unknown option 'blok' of acl: expected allow, block, filter or drop; did you mean 'block'?")]
    [InlineData("block tpye A", "Corefile:3:8: invalid value 'tpye' for block: expected type or net; did you mean 'type'?")]
    [InlineData("block 10.0.0.0/8", "Corefile:3:8: invalid value '10.0.0.0/8' for block: expected type or net")]
    [InlineData("block type", "Corefile:3:8: missing types after 'type': expected for example A, or *")]
    [InlineData("block type net 10.0.0.0/8", "Corefile:3:8: missing types after 'type': expected for example A, or *")]
    [InlineData("block net type A", "Corefile:3:8: missing networks after 'net': expected for example 10.0.0.0/8, or *")]
    [InlineData("block type CNAM", "Corefile:3:13: invalid record type 'CNAM' for block: expected for example A, PTR or TYPE65; did you mean 'CNAME'?")]
    [InlineData("block type TYPE65536", "Corefile:3:13: invalid record type 'TYPE65536' for block: expected for example A, PTR or TYPE65")]
    [InlineData("block net 10.0.0.0/33", "Corefile:3:12: invalid network '10.0.0.0/33' for block: expected an address, or a network such as 10.0.0.0/8 or 2001:db8::/32")]
    [InlineData("block net * 10.0.0.0/33 type X", "Corefile:3:31: invalid record type 'X' for block: expected for example A, PTR or TYPE65; did you mean 'MX'?")]
    [InlineData("block {\n }", "Corefile:3:2: 'block' does not take a block")]
    public void WhatIsWrongIsSaid(string policy, string error) => Assert.Equal(error, Errors($"acl {{\n {policy}\n}}"));

    [Fact]
    public void EverythingThatIsWrongIsSaidAtOnce()
        => Assert.Equal(3, Errors("acl a..b {\n block net x y\n}\nacl {\n blok\n}").Split('\n').Length);

    [Theory]
    [InlineData(AclOptionsReader.MaxNetworks, "")]
    [InlineData(AclOptionsReader.MaxNetworks + 1, "Corefile:6:2: too many networks in acl: at most 100000 in a server block")]
    public void NetworksOfABlockAreBounded(int count, string expected)
        => Assert.Equal(expected, Errors($"acl {{\n block net 192.0.2.1\n}}\nacl {{\n block net {string.Join(' ', Enumerable.Repeat("10.0.0.1", count - 1))}\n}}"));

    [Theory]
    [InlineData(AclOptionsReader.MaxTypeLists, "")]
    [InlineData(AclOptionsReader.MaxTypeLists + 1, "Corefile:67:2: too many different lists of types: at most 64 in an acl")]
    public void ListsOfTypesAreBounded(int count, string expected)
    {
        IEnumerable<string> lines = Enumerable.Range(0, count).Select(static i => string.Create(CultureInfo.InvariantCulture, $" block type TYPE{1000 + i} A"));

        Assert.Equal(expected, Errors($"acl {{\n{string.Join('\n', lines)}\n}}"));
    }

    [Fact]
    public void OneListOfTypesMayStandOnManyLines()
        => Assert.Equal("", Errors($"acl {{\n{string.Join('\n', Enumerable.Repeat(" block type A MX\n block type MX A A", 200))}\n}}"));

    private static string Errors(string text) => new PluginKit(new AclPlugin(), text).Errors;
}
