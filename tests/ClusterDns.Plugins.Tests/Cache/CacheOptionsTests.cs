using ClusterDns.Plugins.Cache;
using ClusterDns.Plugins.Tests.TestKit;

namespace ClusterDns.Plugins.Tests.Cache;

public sealed class CacheOptionsTests
{
    [Theory]
    [InlineData("cache 0", "expected 1 to 2147483647")]
    [InlineData("cache -1", "expected 1 to 2147483647")]
    [InlineData("cache {\n success\n}", "expected 'success CAPACITY [TTL] [MINTTL]'")]
    [InlineData("cache {\n success many\n}", "invalid number 'many' for success")]
    [InlineData("cache {\n denial 100 0\n}", "invalid number '0' for denial")]
    [InlineData("cache {\n denial 100 5 -1\n}", "invalid number '-1' for denial")]
    [InlineData("cache {\n servfail 6m\n}", "expected 0s to 5m")]
    [InlineData("cache {\n servfail -1s\n}", "expected 0s or more")]
    [InlineData("cache {\n disable\n}", "expected 'disable success|denial [ZONES...]'")]
    [InlineData("cache {\n disable all\n}", "expected success or denial")]
    [InlineData("cache {\n keepttl yes\n}", "expected 'keepttl'")]
    [InlineData("cache {\n sucess 100\n}", "unknown option 'sucess' of cache")]
    [InlineData("cache {\n prefetch 10\n}", "option 'prefetch' of cache is not supported by this version")]
    [InlineData("cache {\n serve_stale\n}", "option 'serve_stale' of cache is not supported by this version")]
    [InlineData("cache {\n serve_stale_policy prefer_positive\n}", "option 'serve_stale_policy' of cache is not supported by this version")]
    [InlineData("cache\ncache", "duplicate 'cache' in this server block (first at Corefile:2:1): expected once")]
    public void What_is_wrong_is_reported(string text, string error)
        => Assert.Contains(error, new PluginKit(new CachePlugin(), text).Errors, StringComparison.Ordinal);

    [Fact]
    public void Stores_are_for_equal_options_of_equal_blocks()
    {
        Assert.Equal(KeyOf("cache 30"), KeyOf("cache 30 ."));
        Assert.NotEqual(KeyOf("cache 30"), KeyOf("cache 31"));
        Assert.NotEqual(KeyOf("cache"), KeyOf("cache example.org"));
        Assert.NotEqual(KeyOf("cache"), KeyOf("cache {\n keepttl\n}"));
        Assert.NotEqual(KeyOf("cache"), KeyOf("cache {\n disable denial\n}"));
    }

    private static ClusterDns.Plugins.Cache.Store.CacheStoreKey KeyOf(string text)
    {
        KeyKit kit = new();
        PluginKit plugin = new(kit, text);
        Assert.Equal("", plugin.Errors);
        return kit.Key!;
    }

    /// <summary>The cache plugin's options, of which only the key is wanted.</summary>
    private sealed class KeyKit : Core.Pipeline.IPlugin
    {
        private readonly Core.Pipeline.IPlugin _cache = new CachePlugin();

        public string Name => _cache.Name;

        public Core.Corefiles.DirectiveRepetition Repetition => _cache.Repetition;

        public ClusterDns.Plugins.Cache.Store.CacheStoreKey? Key { get; private set; }

        public object? Parse(Core.Pipeline.PluginParseContext context) => _cache.Parse(context);

        public void Build(object options, Core.Pipeline.BlockBuilder builder)
            => Key = CachePlugin.KeyOf((CacheOptions)options, builder.Block.Fingerprint);
    }
}
