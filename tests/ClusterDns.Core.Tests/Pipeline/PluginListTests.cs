using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Pipeline;

namespace ClusterDns.Core.Tests.Pipeline;

public sealed class PluginListTests
{
    private readonly PluginList _list = new();

    public PluginListTests()
    {
        _list.Add(new NamedPlugin("log"));
        _list.Reserve("geoip");
        _list.Add(new NamedPlugin("cache"));
        _list.Add(new NamedPlugin("forward"));
    }

    private string Names => string.Join(' ', _list.Names);

    [Fact]
    public void A_plugin_runs_before_or_after_another_or_last()
    {
        _list.Add(new NamedPlugin("first"), before: "log");
        _list.Add(new NamedPlugin("between"), after: "cache");
        _list.Add(new NamedPlugin("last"));

        Assert.Equal("first log geoip cache between forward last", Names);
        Assert.Equal("first log cache between forward last", string.Join(' ', _list.Plugins.Select(static plugin => plugin.Name)));
    }

    [Fact]
    public void A_plugin_that_CoreDNS_has_takes_the_place_of_its_name()
    {
        Assert.Null(_list.Find("geoip"));
        _list.Add(new NamedPlugin("geoip"));

        Assert.Equal("log geoip cache forward", Names);
        Assert.NotNull(_list.Find("geoip"));
    }

    [Fact]
    public void A_plugin_that_CoreDNS_has_may_run_elsewhere()
    {
        _list.Add(new NamedPlugin("geoip"), after: "forward");

        Assert.Equal("log cache forward geoip", Names);
    }

    [Fact]
    public void Replace_puts_a_plugin_in_the_place_of_another()
    {
        NamedPlugin mine = new("cache");
        _list.Replace(mine);

        Assert.Equal("log geoip cache forward", Names);
        Assert.Same(mine, _list.Find("cache"));
    }

    [Fact]
    public void Duplicate_name_is_an_exception_that_names_the_way_out()
        => AssertFails(
            "plugin 'cache' is in the list already: use Replace to put another one in its place", () => _list.Add(new NamedPlugin("cache")));

    [Theory]
    [InlineData("cahce", "the list has no plugin 'cahce'; did you mean 'cache'?")]
    [InlineData("nothing-like-it", "the list has no plugin 'nothing-like-it'")]
    public void Unknown_anchor_is_an_exception_with_a_hint(string anchor, string expected)
    {
        AssertFails(expected, () => _list.Add(new NamedPlugin("mine"), before: anchor));
        AssertFails(expected, () => _list.Add(new NamedPlugin("mine"), after: anchor));
        AssertFails(expected, () => _list.Replace(new NamedPlugin(anchor)));
        Assert.Equal("log geoip cache forward", Names);
    }

    [Fact]
    public void Two_anchors_are_an_exception()
        => AssertFails(
            "plugin 'mine' is to run before 'log' and after 'cache': give one of them",
            () => _list.Add(new NamedPlugin("mine"), before: "log", after: "cache"));

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("brace{")]
    [InlineData("import")]
    public void Name_that_a_Corefile_cannot_have_is_an_exception(string name)
        => Assert.StartsWith(
            $"'{name}' cannot be the name of a plugin: expected",
            Assert.Throws<ArgumentException>(() => _list.Add(new NamedPlugin(name))).Message,
            StringComparison.Ordinal);

    private static void AssertFails(string expected, Action action)
        => Assert.Equal(expected, Assert.Throws<ArgumentException>(action).Message.Split(" (Parameter")[0]);

    private sealed class NamedPlugin(string name) : IPlugin
    {
        public string Name => name;

        public DirectiveRepetition Repetition => DirectiveRepetition.Once;

        public object? Parse(PluginParseContext context) => this;

        public void Build(object options, BlockBuilder builder)
        {
        }
    }
}
