using System.Globalization;

namespace ClusterDns.Conformance.Resolver;

/// <summary>A cluster that holds everything a test may look for, and changes no more.</summary>
public sealed class StandingCluster : PodCluster
{
    /// <summary>How many Services the namespace crowd has.</summary>
    public const int Crowd = 10_000;

    /// <summary>How many endpoints the large headless Services have; each C library has one of its own of each.</summary>
    public static int[] Sizes => [40, 1_000];

    /// <summary>The addresses of the endpoints of the large headless Services.</summary>
    /// <param name="count">How many endpoints.</param>
    public static IEnumerable<string> Endpoints(int count) => Enumerable.Range(0, count).Select(static i => AddressOf("10.244", i));

    /// <summary>A Service of the namespace crowd.</summary>
    /// <param name="number">Which.</param>
    /// <returns>Its address.</returns>
    public static string AddressOfCrowd(int number) => AddressOf("10.100", number);

    /// <inheritdoc/>
    protected override string Manifest() => string.Concat(
    [
        base.Manifest(),
        ClusterObjects.Namespace("crowd"),
        ClusterObjects.Service("default", "kubernetes", "10.96.0.1"),
        ClusterObjects.Service("shop", "web", "10.96.12.7", "fd00:10:96::12:7"),
        ClusterObjects.Service("shop", "old", "10.96.12.8"),
        ClusterObjects.Service("shop", "new", "fd00:10:96::12:9"),
        ClusterObjects.Service("shop", "1st-shop", "10.96.12.10"),
        ClusterObjects.ExternalName("shop", "outside", "www.outside.test"),
        ClusterObjects.Headless("shop", "db", ("10.245.1.20", "db-0"), ("10.245.1.21", "db-1")),
        .. StubResolver.Both.SelectMany(ServicesOf),
        .. Enumerable.Range(0, Crowd).Select(static i => ClusterObjects.Service("crowd", FormattableString.Invariant($"service-{i}"), AddressOfCrowd(i))),
    ]);

    private static IEnumerable<string> ServicesOf(StubResolver libc) =>
    [
        ClusterObjects.Service("shop", $"datagram-{libc}", "10.96.14.1"),
        ClusterObjects.Service("shop", $"connection-{libc}", "10.96.14.2"),
        ClusterObjects.Service("shop", $"both-{libc}", "10.96.14.3", "fd00:10:96::14:3"),
        .. Sizes.Select(size => ClusterObjects.Headless(
            "shop", FormattableString.Invariant($"large-{size}-{libc}"), [.. Endpoints(size).Select(static address => (address, (string?)null))])),
    ];

    private static string AddressOf(string prefix, int number)
        => string.Create(CultureInfo.InvariantCulture, $"{prefix}.{number / 250}.{(number % 250) + 1}");
}

/// <summary>The tests that share a <see cref="StandingCluster"/>.</summary>
[CollectionDefinition(Name)]
public sealed class StandingClusterGroup : ICollectionFixture<StandingCluster>
{
    /// <summary>What they call it.</summary>
    public const string Name = "standing cluster";
}
