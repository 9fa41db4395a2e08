using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Geoip;
using ClusterDns.Plugins.Tests.TestKit;

namespace ClusterDns.Plugins.Tests.Geoip;

public sealed class GeoipTests
{
    private static readonly Dictionary<string, object> Berlin = new(StringComparer.Ordinal)
    {
        ["city"] = Named("Berlin"),
        ["continent"] = new Dictionary<string, object>(StringComparer.Ordinal) { ["code"] = "EU", ["names"] = Names("Europe") },
        ["country"] = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["iso_code"] = "DE", ["is_in_european_union"] = true, ["names"] = Names("Germany"),
        },
        ["location"] = new Dictionary<string, object>(StringComparer.Ordinal) { ["latitude"] = 52.5244, ["longitude"] = -0.00001, ["time_zone"] = "Europe/Berlin" },
        ["postal"] = new Dictionary<string, object>(StringComparer.Ordinal) { ["code"] = "10115" },
        ["subdivisions"] = new object[]
        {
            new Dictionary<string, object>(StringComparer.Ordinal) { ["iso_code"] = "BE", ["names"] = Names("Berlin") },
            new Dictionary<string, object>(StringComparer.Ordinal) { ["iso_code"] = "MI" },
        },
    };

    private static readonly Dictionary<string, object> Nowhere = new(StringComparer.Ordinal)
    {
        ["country"] = new Dictionary<string, object>(StringComparer.Ordinal) { ["iso_code"] = "CH" },
    };

    private static readonly Dictionary<string, object> System = new(StringComparer.Ordinal)
    {
        ["autonomous_system_number"] = 64496U, ["autonomous_system_organization"] = "Example Net",
    };

    [Theory]
    [InlineData("city/name", "Berlin")]
    [InlineData("country/code", "DE")]
    [InlineData("country/name", "Germany")]
    [InlineData("country/is_in_european_union", "true")]
    [InlineData("continent/code", "EU")]
    [InlineData("continent/name", "Europe")]
    [InlineData("latitude", "52.5244")]
    [InlineData("longitude", "-0.00001")]
    [InlineData("timezone", "Europe/Berlin")]
    [InlineData("postalcode", "10115")]
    [InlineData("subdivisions/code", "BE,MI")]
    public void Each_field_of_a_city_is_read(string field, string expected) => Assert.Equal(expected, Read(Cities(), "192.0.2.1:53", field));

    [Theory]
    [InlineData("asn/number", "64496")]
    [InlineData("asn/org", "Example Net")]
    public void Each_field_of_an_autonomous_system_is_read(string field, string expected)
        => Assert.Equal(expected, Read(new MmdbWriter("GeoLite2-ASN").Add("192.0.2.0/24", System), "192.0.2.1:53", field));

    [Theory]
    [InlineData("192.0.2.255:53", "DE")]
    [InlineData("198.51.100.7:53", "CH")]
    [InlineData("198.51.100.8:53", null)]
    [InlineData("[2001:db8::1]:53", "CH")]
    [InlineData("[2001:db8:1::1]:53", "DE")]
    [InlineData("[2001:db9::1]:53", null)]
    public void Longest_prefix_of_an_address_counts(string client, string? country)
    {
        foreach (int recordBits in new[] { 24, 28, 32 })
        {
            Assert.Equal(country, Read(Cities(recordBits), client, "country/code"));
        }
    }

    [Theory]
    [InlineData("192.0.2.1:53", "DE")]
    [InlineData("[2001:db8::1]:53", null)]
    public void Database_of_IPv4_has_no_IPv6(string client, string? country)
        => Assert.Equal(country, Read(new MmdbWriter("GeoIP2-Country", 24, version: 4).Add("192.0.2.0/24", Berlin), client, "country/code"));

    [Theory]
    [InlineData("city/name", null)]
    [InlineData("latitude", null)]
    [InlineData("subdivisions/code", null)]
    [InlineData("country/is_in_european_union", "false")]
    [InlineData("asn/number", null)]
    public void What_the_database_does_not_have_is_empty(string field, string? expected) => Assert.Equal(expected, Read(Cities(), "198.51.100.7:53", field));

    [Fact]
    public void Values_of_every_size_and_far_pointers_are_read()
    {
        Dictionary<string, object> large = new(StringComparer.Ordinal);
        for (int i = 0; i < 300; i++)
        {
            large[$"key {i}"] = new string('x', i);
        }

        large["postal"] = new Dictionary<string, object>(StringComparer.Ordinal) { ["code"] = "far" };
        Assert.Equal("far", Read(new MmdbWriter("GeoIP2-City").Add("192.0.2.0/24", large), "192.0.2.1:53", "postalcode"));
    }

    [Theory]
    [InlineData("geoip db.mmdb", "DE")]
    [InlineData("geoip db.mmdb {\nedns-subnet\n}", "CH")]
    public void Subnet_of_the_client_counts_where_the_option_is_set(string text, string expected)
    {
        PluginKit kit = Create(text, Cities());
        Query query = CreateQuery("192.0.2.1:53", [0, 8, 0, 7, 0, 1, 24, 0, 198, 51, 100]);
        Assert.Equal(expected, Field(kit, "country/code").Read(query));
        Assert.Equal("DE", Field(kit, "country/code").Read(CreateQuery("192.0.2.1:53", [0, 10, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8])));
    }

    [Theory]
    [InlineData(new byte[] { 0, 8, 0, 8, 0, 2, 32, 0, 0x20, 1, 0xD, 0xB8 }, "CH")]
    [InlineData(new byte[] { 0, 8, 0, 4, 0, 1, 0, 0 }, null)]
    [InlineData(new byte[] { 0, 8, 0, 3, 0, 1, 0 }, "DE")]
    [InlineData(new byte[] { 0, 8, 0, 9, 0, 1, 32, 0, 1, 2, 3, 4, 5 }, "DE")]
    [InlineData(new byte[] { 0, 8, 0, 4, 0, 3, 0, 0 }, "DE")]
    public void Subnet_that_is_malformed_is_ignored(byte[] option, string? expected)
        => Assert.Equal(expected, Field(Create("geoip db.mmdb {\nedns-subnet\n}", Cities()), "country/code").Read(CreateQuery("192.0.2.1:53", option)));

    [Theory]
    [InlineData("geoip", "Corefile:2:1: missing argument of 'geoip': expected 'geoip DBFILE'")]
    [InlineData("geoip db.mmdb other.mmdb", "Corefile:2:15: unexpected 'other.mmdb' after 'geoip': expected 'geoip DBFILE'")]
    [InlineData("geoip db.mmdb {\nlanguages en\n}", "Corefile:3:1: unknown option 'languages' of geoip: expected edns-subnet")]
    [InlineData("geoip other.mmdb", "Corefile:2:7: 'other.mmdb' cannot be read: other.mmdb: no such file")]
    public void Mistake_is_an_error_with_its_place(string text, string error) => Assert.Equal(error, Create(text, Cities()).Errors);

    [Fact]
    public void Database_of_another_type_is_an_error()
        => Assert.Equal(
            "Corefile:2:7: 'db.mmdb' is a database of type 'GeoIP2-Connection-Type': expected one of cities, countries or autonomous systems",
            Create("geoip db.mmdb", new MmdbWriter("GeoIP2-Connection-Type").Add("192.0.2.0/24", Berlin)).Errors);

    [Fact]
    public void File_that_is_no_database_is_an_error()
    {
        FakeFiles files = new();
        files.Add("db.mmdb", new byte[100]);
        Assert.Equal("Corefile:2:7: 'db.mmdb' cannot be used: it is not a MaxMind database", Create("geoip db.mmdb", files).Errors);
        byte[] cut = Cities().ToArray();
        files.Add("db.mmdb", cut[..^20]);
        Assert.Equal("Corefile:2:7: 'db.mmdb' cannot be used: its metadata is malformed", Create("geoip db.mmdb", files).Errors);
        files.Add("db.mmdb", cut[500..]);
        Assert.Equal("Corefile:2:7: 'db.mmdb' cannot be used: its metadata does not fit the file", Create("geoip db.mmdb", files).Errors);
    }

    [Fact]
    public void Octets_that_are_changed_anywhere_do_no_harm()
    {
        byte[] database = Cities().ToArray();
        Random random = new(7);
        for (int i = 0; i < 3000; i++)
        {
            byte[] changed = [.. database];
            for (int j = 0; j < 3; j++)
            {
                changed[random.Next(changed.Length)] = (byte)random.Next(256);
            }

            FakeFiles files = new();
            files.Add("db.mmdb", changed);
            PluginKit kit = Create("geoip db.mmdb", files);
            foreach (MetadataField field in kit.Build.Wiring.All<MetadataField>())
            {
                field.Read(CreateQuery("192.0.2.1:53", []));
                field.Read(CreateQuery("[2001:db8::1]:53", []));
            }
        }
    }

    [Fact]
    public void Relative_path_starts_from_the_folder_of_root()
    {
        FakeFiles files = new();
        files.Add("/data/db.mmdb", Cities().ToArray());
        PluginKit kit = new([new Root.RootPlugin(), new GeoipPlugin()], "root /data\ngeoip db.mmdb", files: files);
        Assert.Equal("", kit.Errors);
        Assert.NotEmpty(kit.Build.Wiring.All<MetadataField>());
    }

    private static MmdbWriter Cities(int recordBits = 28)
        => new MmdbWriter("GeoLite2-City", recordBits)
            .Add("192.0.2.0/24", Berlin)
            .Add("198.51.100.0/29", Nowhere)
            .Add("2001:db8:1::/48", Berlin)
            .Add("2001:db8::/48", Nowhere);

    private static Dictionary<string, object> Names(string english) => new(StringComparer.Ordinal) { ["de"] = "?", ["en"] = english };

    private static Dictionary<string, object> Named(string english) => new(StringComparer.Ordinal) { ["geoname_id"] = 1U, ["names"] = Names(english) };

    private static PluginKit Create(string text, MmdbWriter database)
    {
        FakeFiles files = new();
        files.Add("db.mmdb", database.ToArray());
        return Create(text, files);
    }

    private static PluginKit Create(string text, FakeFiles files)
    {
        PluginKit kit = new(new GeoipPlugin(), text, files: files);
        _ = kit.Build.Wiring.All<MetadataField>();
        return kit;
    }

    private static MetadataField Field(PluginKit kit, string name) => kit.Build.Wiring.All<MetadataField>().Single(field => field.Name == $"geoip/{name}");

    private static string? Read(MmdbWriter database, string client, string name)
    {
        PluginKit kit = Create("geoip db.mmdb", database);
        Assert.Equal("", kit.Errors);
        return kit.Build.Wiring.All<MetadataField>().SingleOrDefault(field => field.Name == $"geoip/{name}")?.Read(CreateQuery(client, []));
    }

    private static Query CreateQuery(string client, byte[] options)
    {
        Exchange exchange = new();
        byte[] request =
        [
            0xAB, 0xCD, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1, 1, (byte)'a', 4, .. "test"u8, 0, 0, 1, 0, 1,
            0, 0, 41, 4, 208, 0, 0, 0, 0, 0, (byte)options.Length, .. options,
        ];
        request.CopyTo(exchange.RequestBuffer, 0);
        NetworkEndpoint remote = NetworkEndpoint.From(global::System.Net.IPEndPoint.Parse(client));
        Assert.Equal(QueryVerdict.Serve, exchange.Accept(request.Length, TransportProtocol.Udp, in remote, in remote, 0));
        return exchange.Query;
    }
}
