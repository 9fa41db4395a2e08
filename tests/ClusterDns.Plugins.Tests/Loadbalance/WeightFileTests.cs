using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Execution;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Loadbalance;
using ClusterDns.Plugins.Tests.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClusterDns.Plugins.Tests.Loadbalance;

public sealed class WeightFileTests
{
    private const string PreferSecond = "www.example\n192.0.2.2 255\n";
    private const string PreferThird = "www.example\n192.0.2.3 255\n";

    private readonly FakeFiles _files = new() { ["weights"] = PreferSecond };

    [Theory]
    [InlineData("192.0.2.1 3", "is malformed in line 1: the address '192.0.2.1' has no name: expected a line with a name before it")]
    [InlineData("a.\n192.0.2.1", "is malformed in line 2: the address '192.0.2.1' has no weight: expected a number from 1 to 255 after it")]
    [InlineData("a.\n\n192.0.2.1 0", "is malformed in line 3: invalid weight '0': expected a number from 1 to 255")]
    [InlineData("a.\n192.0.2.1 256", "is malformed in line 2: invalid weight '256': expected a number from 1 to 255")]
    [InlineData("a.\n192.0.2.1 +1", "is malformed in line 2: invalid weight '+1': expected a number from 1 to 255")]
    [InlineData("a.\n192.0.2.300 1", "is malformed in line 2: invalid address '192.0.2.300': expected for example 192.0.2.1 or 2001:db8::1")]
    [InlineData("a.\n192.0.2.1 1 # why", "is malformed in line 2: '192.0.2.1 1 # why' has 4 words: expected a name, or an address and its weight")]
    [InlineData("a..b", "is malformed in line 1: 'a..b' is not a domain name: expected labels of at most 63 bytes, 255 bytes in all")]
    public void WhatIsWrongAtStartIsAnErrorWithItsLine(string text, string problem)
    {
        _files["weights"] = text;

        Assert.Equal($"Corefile:2:22: weight file 'weights' {problem}", Create("loadbalance weighted weights").Errors);
    }

    [Fact]
    public void AFileThatIsMissingTooLongOrForbiddenIsAnErrorAtStart()
    {
        Assert.Equal(
            "Corefile:2:22: weight file 'nosuch' does not exist: expected a file of names and the weights of their addresses",
            Create("loadbalance weighted nosuch {\n reload 0s\n}").Errors);

        _files.IsReadable = false;
        Assert.Equal("Corefile:2:22: weight file 'weights' cannot be read: weights: permission denied", Create("loadbalance weighted weights").Errors);

        _files["weights"] = new string(' ', (int)WeightFile.MaxLength + 1);
        Assert.Equal(
            $"Corefile:2:22: weight file 'weights' has more than {WeightFile.MaxLength} bytes and is not read", Create("loadbalance weighted weights").Errors);
    }

    [Fact]
    public void AFileThatIsMissingIsAwaitedWhereItIsLookedAtAgain()
    {
        PluginKit kit = Create("loadbalance weighted later");
        kit.Build.Resources.Start();
        Assert.Equal("", kit.Errors);
        Assert.Equal("Warning: Weight file later does not exist; all weights are equal until it does", Assert.Single(kit.Log));

        _files["later"] = PreferThird;
        kit.Time.Advance(TimeSpan.FromSeconds(30));

        Assert.Equal(3, MostOftenFirst(kit));
    }

    [Fact]
    public void ARelativePathStartsFromTheRootFolder()
    {
        _files["/etc/dns/weights"] = PreferThird;
        PluginKit kit = new(new RootedPlugin("/etc/dns"), "loadbalance weighted weights", Answer, _files);

        Assert.Equal("", kit.Errors);
        Assert.Equal(3, MostOftenFirst(kit));
    }

    [Theory]
    [InlineData("loadbalance weighted weights", 30)]
    [InlineData("loadbalance weighted weights {\n reload 10s\n}", 10)]
    public void TheFileIsReadAgainWhenItHasChanged(string text, int seconds)
    {
        PluginKit kit = Create(text);
        kit.Build.Resources.Start();
        Assert.Equal(2, MostOftenFirst(kit));

        _files["weights"] = PreferThird;
        kit.Time.Advance(TimeSpan.FromSeconds(seconds - 1));
        Assert.Equal(2, MostOftenFirst(kit));
        kit.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(3, MostOftenFirst(kit));

        kit.Build.Resources.Dispose();
        _files["weights"] = PreferSecond;
        kit.Time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(3, MostOftenFirst(kit));
    }

    [Fact]
    public void AnIntervalThatTimersDoNotKnowIsTheNextThatTheyDo()
    {
        PluginKit kit = Create("loadbalance weighted weights {\n reload 1us\n}");
        kit.Build.Resources.Start();
        foreach ((string weights, int first) in ((string, int)[])[(PreferThird, 3), (PreferSecond, 2)])
        {
            _files["weights"] = weights;
            kit.Time.Advance(TimeSpan.FromMilliseconds(1));
            Assert.Equal(first, MostOftenFirst(kit));
        }

        using WeightFile file = new("weights", TimeSpan.FromDays(1000), _files, new CallbackGuard(new MetricRegistry(), TimeProvider.System, NullLogger.Instance), NullLogger.Instance);
        file.Start();
    }

    [Fact]
    public void WithReloadZeroItIsReadOnce()
    {
        PluginKit kit = Create("loadbalance weighted weights {\n reload 0s\n}");
        kit.Build.Resources.Start();

        _files["weights"] = PreferThird;
        kit.Time.Advance(TimeSpan.FromHours(1));

        Assert.Equal(2, MostOftenFirst(kit));
    }

    [Fact]
    public void WhatIsWrongLaterIsToldOnceAndTheOldWeightsCount()
    {
        PluginKit kit = Create("loadbalance weighted weights");
        kit.Build.Resources.Start();
        kit.Log.Clear();

        _files["weights"] = "www.example\n192.0.2.3 many\n";
        kit.Time.Advance(TimeSpan.FromMinutes(2));
        _files["weights"] = null;
        kit.Time.Advance(TimeSpan.FromMinutes(2));

        Assert.Equal(2, MostOftenFirst(kit));
        Assert.Equal(
            "Error: Weight file weights is malformed in line 2: invalid weight 'many': expected a number from 1 to 255; keeping the previous weights\n"
                + "Error: Weight file weights does not exist: expected a file of names and the weights of their addresses; keeping the previous weights",
            string.Join('\n', kit.Log));

        _files["weights"] = PreferThird;
        kit.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(3, MostOftenFirst(kit));
        Assert.Equal("Information: Read the weights of 1 names from weights", kit.Log.Last());
        kit.Build.Resources.Dispose();
    }

    private static int MostOftenFirst(PluginKit kit)
        => Enumerable.Range(0, 50).Select(_ => kit.Ask("www.example.").Split('\n')[1][^1] - '0').CountBy(static last => last).MaxBy(static count => count.Value).Key;

    private static void Answer(Query context)
    {
        context.Response.Answer("test");
        for (byte i = 1; i <= 3; i++)
        {
            context.Response.TryAddCopy(ResponseSection.Answer, default, RecordType.A, 60, [192, 0, 2, i]);
        }
    }

    private PluginKit Create(string text) => new(new LoadbalancePlugin(), text, Answer, _files);

    /// <summary>The plugin, below a root plugin.</summary>
    private sealed class RootedPlugin(string root) : IPlugin
    {
        private readonly IPlugin _plugin = new LoadbalancePlugin();

        public string Name => _plugin.Name;

        public DirectiveRepetition Repetition => DirectiveRepetition.All;

        public object? Parse(PluginParseContext context) => _plugin.Parse(context);

        public void Build(object options, PluginBuildContext context)
        {
            context.Root = root;
            _plugin.Build(options, context);
        }
    }
}
