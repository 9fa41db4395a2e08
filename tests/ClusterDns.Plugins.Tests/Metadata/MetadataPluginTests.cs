using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Pipeline;
using ClusterDns.Plugins.Metadata;
using ClusterDns.Plugins.Tests.TestKit;

namespace ClusterDns.Plugins.Tests.Metadata;

public sealed class MetadataPluginTests
{
    [Fact]
    public void Queries_of_the_block_have_what_its_plugins_tell()
    {
        PluginKit kit = Create("metadata");

        Assert.Equal("name of 3 labels", kit.Serve("www.example.org.").GetMetadata("test/labels"));
        Assert.Null(kit.Serve("www.example.org.").GetMetadata("test/nothing"));
        Assert.Null(kit.Serve("www.example.org.").GetMetadata("test/unknown"));
    }

    [Fact]
    public void A_group_tells_of_all_names_that_begin_with_its_own_but_those_that_are_told_apart()
    {
        PluginKit kit = Create("metadata");
        Query query = kit.Serve("www.example.org.");

        Assert.Equal("3 of 'a/b'", query.GetMetadata("group/a/b"));
        Assert.Equal("3 of ''", query.GetMetadata("group/"));
        Assert.Equal("apart", query.GetMetadata("group/field"));
        Assert.Null(query.GetMetadata("group"));
        Assert.Null(query.GetMetadata("group/no"));
    }

    [Fact]
    public void Only_queries_of_the_zones_have_it()
    {
        PluginKit kit = Create("metadata example.org example.net.");

        Assert.NotNull(kit.Serve("www.Example.org.").GetMetadata("test/labels"));
        Assert.NotNull(kit.Serve("example.net.").GetMetadata("test/labels"));
        Assert.Null(kit.Serve("www.example.com.").GetMetadata("test/labels"));
        Assert.Null(kit.Serve("www.example.com.").Metadata);
    }

    [Fact]
    public void Nothing_is_read_until_somebody_asks()
    {
        int reads = 0;
        PluginKit kit = Create("metadata", _ => ++reads);
        Query context = kit.Serve("www.example.org.");

        Assert.Equal(0, reads);
        Assert.Equal("1", context.GetMetadata("test/reads"));
    }

    [Fact]
    public void It_allocates_nothing()
    {
        PluginKit kit = Create("metadata");
        Query context = kit.Serve("www.example.org.");

        Assert.Equal(0, kit.CountAllocatedBytes(context));
    }

    [Theory]
    [InlineData("metadata {\n map a b\n}", "Corefile:3:2: unknown option 'map' of metadata: it has no options")]
    [InlineData("metadata\nmetadata", "Corefile:3:1: duplicate 'metadata' in this server block (first at Corefile:2:1): expected once")]
    public void Wrong_options_say_where_and_why(string text, string error) => Assert.Equal(error, new PluginKit(new MetadataPlugin(), text).Errors);

    private static PluginKit Create(string text, Func<Query, int>? count = null)
        => new(new TellingPlugin(count ?? (static _ => 0)), text, static context => context.Response.Answer("next"));

    /// <summary>The plugin, with others in its block that have something to tell.</summary>
    private sealed class TellingPlugin(Func<Query, int> count) : IPlugin
    {
        private readonly IPlugin _plugin = new MetadataPlugin();

        public string Name => _plugin.Name;

        public DirectiveRepetition Repetition => DirectiveRepetition.All;

        public object? Parse(PluginParseContext context) => _plugin.Parse(context);

        public void Build(object options, PluginBuildContext context)
        {
            _plugin.Build(options, context);
            context.AddMetadata(new MetadataField("test/labels", static query => $"name of {query.LabelCount} labels"));
            context.AddMetadata(new MetadataField("group/field", static _ => "apart"));
            context.AddMetadata(new MetadataGroup("group/", static (query, name) => name is "no" ? null : $"{query.LabelCount} of '{name}'"));
            context.AddMetadata(new MetadataField("test/nothing", static _ => null));
            context.AddMetadata(new MetadataField("test/reads", query => $"{count(query)}"));
        }
    }
}
