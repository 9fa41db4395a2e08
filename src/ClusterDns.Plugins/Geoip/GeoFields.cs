using System.Text;
using ClusterDns.Core.Pipeline;
using ClusterDns.Plugins.Geoip.Mmdb;

namespace ClusterDns.Plugins.Geoip;

/// <summary>The metadata by name, and where the database has it.</summary>
internal static class GeoFields
{
    private static readonly (string Name, string Path)[] Places =
    [
        ("city/name", "city/names/en"),
        ("country/code", "country/iso_code"),
        ("country/name", "country/names/en"),
        ("continent/code", "continent/code"),
        ("continent/name", "continent/names/en"),
        ("latitude", "location/latitude"),
        ("longitude", "location/longitude"),
        ("timezone", "location/time_zone"),
        ("postalcode", "postal/code"),
    ];

    private static readonly (string Name, string Path)[] Systems =
    [
        ("asn/number", "autonomous_system_number"),
        ("asn/org", "autonomous_system_organization"),
    ];

    /// <summary>Whether a type of database has any of the metadata.</summary>
    /// <param name="databaseType">The type, such as <c>GeoLite2-City</c>.</param>
    public static bool Knows(string databaseType) => HasPlaces(databaseType) || HasSystems(databaseType);

    /// <summary>The fields that a database has.</summary>
    /// <param name="database">The database.</param>
    /// <param name="lookup">Finds what it has of a query's client.</param>
    public static IEnumerable<MetadataField> Of(MmdbReader database, GeoLookup lookup)
    {
        if (HasPlaces(database.DatabaseType))
        {
            foreach ((string name, string path) in Places)
            {
                yield return Field(name, path);
            }

            byte[][] isInUnion = Split("country/is_in_european_union");
            yield return new MetadataField("geoip/country/is_in_european_union", query => Read(query, isInUnion) ?? "false");
            byte[][] subdivisions = Split("subdivisions");
            yield return new MetadataField(
                "geoip/subdivisions/code",
                query => lookup.Find(query) is >= 0 and int offset ? database.ReadList(offset, subdivisions, "iso_code"u8) : null);
        }

        if (HasSystems(database.DatabaseType))
        {
            foreach ((string name, string path) in Systems)
            {
                yield return Field(name, path);
            }
        }

        MetadataField Field(string name, string path)
        {
            byte[][] keys = Split(path);
            return new MetadataField($"geoip/{name}", query => Read(query, keys));
        }

        string? Read(Query query, byte[][] keys) => lookup.Find(query) is >= 0 and int offset ? database.Read(offset, keys) : null;
    }

    private static bool HasPlaces(string databaseType)
        => Has(databaseType, "City") || Has(databaseType, "Country") || Has(databaseType, "Enterprise") || Has(databaseType, "Location");

    private static bool HasSystems(string databaseType) => Has(databaseType, "ASN") || Has(databaseType, "ISP") || Has(databaseType, "Enterprise");

    private static bool Has(string databaseType, string word) => databaseType.Contains(word, StringComparison.Ordinal);

    private static byte[][] Split(string path) => [.. path.Split('/').Select(Encoding.UTF8.GetBytes)];
}
