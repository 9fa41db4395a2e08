using System.Text;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Pipeline;

namespace ClusterDns.Plugins.Tests.Compatibility;

/// <summary>The directives of one plugin in a server block, read and not built.</summary>
internal sealed class ReadDirective
{
    /// <param name="body">The lines of the block; the first word is the plugin's name.</param>
    public ReadDirective(string body)
    {
        PluginList plugins = PluginCatalog.Create();
        CorefileDocument document = CorefileParser.Parse(
            "Corefile", Encoding.UTF8.GetBytes($". {{\n{body}\n}}\n"), new InMemoryCorefileSource(), static _ => null, Diagnostics);
        CorefileValidator.Validate(document, plugins.Names, name => plugins.Find(name) is not null, Diagnostics);
        Assert.True(ServerKeyParser.TryParse(document.Blocks[0].Keys[0], 53, Diagnostics, out IReadOnlyList<ServerKey> keys));
        IPlugin plugin = plugins.Find(document.Blocks[0].Directives[0].Name.Text)!;
        Options = DirectiveParsing.Parse(plugin, new PluginParseContext(document.Blocks[0].Directives, keys, Diagnostics));
    }

    public DiagnosticBag Diagnostics { get; } = new();

    public object? Options { get; }

    public string Errors => string.Join('\n', Diagnostics.Errors);

    public string Warnings => string.Join('\n', Diagnostics.Warnings);
}
