using System.Globalization;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Common;
using ClusterDns.Plugins.Kubernetes;
using ClusterDns.Plugins.Kubernetes.External;
using ClusterDns.Plugins.Kubernetes.Index;
using ClusterDns.Plugins.Kubernetes.Objects;
using ClusterDns.Plugins.Tests.TestKit;
using ClusterDns.Plugins.Transfer;
using static ClusterDns.Plugins.Tests.Kubernetes.Index.ClusterObjectsKit;

namespace ClusterDns.Plugins.Tests.Transfer;

/// <summary>Whoever has a zone under a serial hears of every change after it.</summary>
public sealed class ZoneSerialTests
{
    private const string Zone = "example.org.";

    private readonly PluginKit _kit;
    private readonly ClusterIndexWriter _writer;

    public ZoneSerialTests()
    {
        Assert.True(ZoneParser.TryParse(Zone, out IReadOnlyList<Zone> zones, out _));
        ClusterIndex index = new();
        ExternalOptions options = new(default, zones, "dns", 5, Headless: true, []);
        ExternalZoneSource source = new(
            index, ExternalZone.Create(zones[0], options), options, ExternalZone.CreateNameServer(new ClusterOffer(index, []), options));
        _kit = new PluginKit([new TransferPlugin(), new SourcePlugin(source)], "transfer {\n to *\n}\nkubernetes");
        _writer = new ClusterIndexWriter(index, _kit.Time, ClusterKinds.None);
        _writer.MarkUnavailable(ClusterKinds.Namespace);
        _writer.Apply(Headless("db"));
        _kit.Time.Advance(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void Two_changes_of_one_second()
    {
        _writer.Apply(Slice("a", "db", "10.1.0.1"));
        uint held = Take("10.1.0.1");
        _writer.Apply(Slice("a", "db", "10.1.0.2"));

        _kit.Time.Advance(TimeSpan.FromSeconds(1));
        held = Follow(held, "10.1.0.2");
        AssertCurrent(held);
    }

    [Fact]
    public void Changes_after_the_clock_was_set_back()
    {
        uint held = Take();
        SetBack(TimeSpan.FromHours(1));
        foreach (string address in (string[])["10.1.0.1", "10.1.0.2", "10.1.0.3"])
        {
            _writer.Apply(Slice("a", "db", address));
            held = Follow(held, address);
            AssertCurrent(held);
        }

        // The clock comes to the second of a serial that has been given away.
        _kit.Time.Advance(DateTimeOffset.FromUnixTimeSeconds(held) - _kit.Time.GetUtcNow());
        _writer.Apply(Slice("a", "db", "10.1.0.4"));
        _kit.Time.Advance(TimeSpan.FromSeconds(2));
        held = Follow(held, "10.1.0.4");

        _writer.Apply(Slice("a", "db", "10.1.0.5"));
        _kit.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(_kit.Time.GetUtcNow().ToUnixTimeSeconds() - 1, Follow(held, "10.1.0.5"));
    }

    private void SetBack(TimeSpan time) => _kit.Time.AdjustTime(_kit.Time.GetUtcNow() - time);

    private uint Take(params string[] addresses) => Read(TransferKit.Transfer(_kit, Zone), addresses);

    /// <summary>What a secondary does that has an older zone, and must get the whole.</summary>
    private uint Follow(uint held, string address) => Read(TransferKit.Transfer(_kit, Zone, RecordType.IXFR, held: held), address);

    private void AssertCurrent(uint held)
        => Assert.Single(TransferKit.Transfer(_kit, Zone, RecordType.IXFR, held: held)[0].Skip(1));

    private static uint Read(List<string[]> messages, params string[] addresses)
    {
        string[] records = Assert.Single(messages)[1..];
        Assert.Equal(
            string.Join(' ', addresses),
            string.Join(' ', records.Where(static record => record.StartsWith("db.ns.example.org. 5 A ", StringComparison.Ordinal)).Select(static record => record.Split(' ')[^1])));
        return uint.Parse(records[0].Split(' ')[5], CultureInfo.InvariantCulture);
    }

    /// <summary>Offers a zone in the place of the kubernetes plugin.</summary>
    private sealed class SourcePlugin(IZoneSource source) : Plugin<IZoneSource>
    {
        public override string Name => "kubernetes";

        public override DirectiveRepetition Repetition => DirectiveRepetition.All;

        protected override IZoneSource Parse(PluginParseContext context) => source;

        protected override void Build(IZoneSource options, PluginBuildContext context) => context.Offer(options);
    }
}
