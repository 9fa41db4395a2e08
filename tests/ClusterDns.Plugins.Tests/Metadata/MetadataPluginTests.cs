using ClusterDns.Plugins.Metadata;
using ClusterDns.Plugins.Tests.TestKit;

namespace ClusterDns.Plugins.Tests.Metadata;

public sealed class MetadataPluginTests
{
    [Theory]
    [InlineData("metadata", ".")]
    [InlineData("metadata example.org Example.NET.", "example.org. example.net.")]
    public void Queries_of_the_zones_have_metadata(string text, string zones)
        => Assert.Equal(zones, string.Join(' ', new PluginKit(new MetadataPlugin(), text).Build.MetadataZones!));

    [Theory]
    [InlineData("metadata {\n map a b\n}", "Corefile:3:2: unknown option 'map' of metadata: it has no options")]
    [InlineData("metadata\nmetadata", "Corefile:3:1: duplicate 'metadata' in this server block (first at Corefile:2:1): expected once")]
    public void Wrong_options_say_where_and_why(string text, string error) => Assert.Equal(error, new PluginKit(new MetadataPlugin(), text).Errors);
}
