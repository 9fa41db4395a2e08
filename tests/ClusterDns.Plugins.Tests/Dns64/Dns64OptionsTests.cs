using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Dns64;
using ClusterDns.Plugins.Tests.TestKit;

namespace ClusterDns.Plugins.Tests.Dns64;

public sealed class Dns64OptionsTests
{
    private const string Lengths = "expected an IPv6 network of 32, 40, 48, 56, 64, 96 bits, for example 64:ff9b::/96";

    [Theory]
    [InlineData("dns64", "64:ff9b::c000:201")]
    [InlineData("dns64 64:1337::/96", "64:1337::c000:201")]
    [InlineData("dns64 {\n prefix 2001:db8:1::/48\n}", "2001:db8:1:c000:2:100::")]
    [InlineData("dns64 64:1337::/96 {\n prefix 2001:db8::/32\n}", "2001:db8:c000:201::")]
    public void ThePrefixIsTheWellKnownOneOrTheOptions(string text, string expected)
        => Assert.Equal(
            "NOERROR\nAnswer: www.example. 60 AAAA " + expected, Create(text).Ask("www.example.", RecordType.AAAA, client: "[2001:db8::1]:5300"));

    [Theory]
    [InlineData("dns64 64:ff9b::/95", "Corefile:2:7: invalid prefix '64:ff9b::/95' for dns64: " + Lengths)]
    [InlineData("dns64 64:ff9b::/72", "Corefile:2:7: invalid prefix '64:ff9b::/72' for dns64: " + Lengths)]
    [InlineData("dns64 64:ff9b::/128", "Corefile:2:7: invalid prefix '64:ff9b::/128' for dns64: " + Lengths)]
    [InlineData("dns64 64:ff9b::", "Corefile:2:7: invalid prefix '64:ff9b::' for dns64: " + Lengths)]
    [InlineData("dns64 {\n prefix 10.0.0.0/32\n}", "Corefile:3:9: invalid prefix '10.0.0.0/32' for prefix: " + Lengths)]
    [InlineData("dns64 ::ffff:0:0/96", "Corefile:2:7: invalid prefix '::ffff:0:0/96' for dns64: " + Lengths)]
    [InlineData("dns64 64:ff9b::/96 64:ff9b::/96", "Corefile:2:20: unexpected '64:ff9b::/96' after 'dns64': expected 'dns64 [PREFIX]'")]
    [InlineData("dns64 {\n prefix\n}", "Corefile:3:2: missing argument of 'prefix': expected 'prefix PREFIX'")]
    [InlineData("dns64 {\n translate_all yes\n}", "Corefile:3:16: unexpected 'yes' after 'translate_all': expected 'translate_all'")]
    [InlineData("dns64 {\n allow_ipv4 yes\n}", "Corefile:3:13: unexpected 'yes' after 'allow_ipv4': expected 'allow_ipv4'")]
    [InlineData("dns64 {\n allow_ipv5\n}", "Corefile:3:2: unknown option 'allow_ipv5' of dns64: expected prefix, translate_all or allow_ipv4; did you mean 'allow_ipv4'?")]
    public void WrongOptionsSayWhereAndWhy(string text, string error) => Assert.Equal(error, Create(text).Errors);

    [Fact]
    public void APrefixThatSetsTheReservedBitsGetsAWarning()
    {
        PluginKit kit = Create("dns64 2001:db8:1:2:300::/96");

        Assert.Equal("", kit.Errors);
        CorefileDiagnostic warning = Assert.Single(kit.Diagnostics.Warnings);
        Assert.Contains("prefix '2001:db8:1:2:300::/96' sets bits 64 to 71: they should be zero", warning.ToString(), StringComparison.Ordinal);
        Assert.Empty(Create("dns64 2001:db8:1:2:3::/96").Diagnostics.Warnings);
    }

    private static PluginKit Create(string text) => new(new Dns64Plugin(), text, static context =>
    {
        context.Response.Answer("next");
        if (context.Type == RecordType.A)
        {
            context.Response.TryAddCopy(Core.Pipeline.ResponseSection.Answer, default, RecordType.A, 60, [192, 0, 2, 1]);
        }
    });
}
