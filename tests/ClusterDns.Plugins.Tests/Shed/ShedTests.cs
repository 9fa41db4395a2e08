using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Pipeline;
using ClusterDns.Plugins.Shed;
using ClusterDns.Plugins.Tests.TestKit;

namespace ClusterDns.Plugins.Tests.Shed;

public sealed class ShedTests
{
    [Fact]
    public void Directive_is_accepted_and_adds_nothing()
    {
        PluginKit kit = new(new ShedPlugin(), "shed");
        Assert.Equal(("", 0), (kit.Errors, kit.Build.Links.Count));
    }

    [Theory]
    [InlineData("shed 5", "Corefile:2:6: unexpected '5' after 'shed': expected 'shed'")]
    [InlineData("shed {\n}", "Corefile:2:1: 'shed' does not take a block")]
    public void Arguments_and_options_are_errors(string text, string error) => Assert.Equal(error, new PluginKit(new ShedPlugin(), text).Errors);

    [Theory]
    [InlineData("tls://example.org")]
    [InlineData("https://example.org")]
    [InlineData("grpc://example.org")]
    [InlineData("quic://example.org")]
    public void Other_transports_are_an_error(string key)
    {
        DiagnosticBag diagnostics = new();
        CorefileDocument document = CorefileParser.Parse(
            "Corefile", System.Text.Encoding.UTF8.GetBytes($"{key} {{\n shed\n}}\n"), new InMemoryCorefileSource(), static _ => null, diagnostics);
        Assert.True(ServerKeyParser.TryParse(document.Blocks[0].Keys[0], 53, diagnostics, out IReadOnlyList<ServerKey> keys));

        Assert.Null(((IPlugin)new ShedPlugin()).Parse(new PluginParseContext(document.Blocks[0].Directives, keys, diagnostics)));

        string error = Assert.Single(diagnostics.Errors).ToString();
        Assert.StartsWith($"Corefile:2:2: 'shed' is for UDP and not for {key}.:", error, StringComparison.Ordinal);
    }
}
