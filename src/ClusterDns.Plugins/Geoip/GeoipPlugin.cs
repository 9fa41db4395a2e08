using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Options;
using ClusterDns.Core.Pipeline;
using ClusterDns.Plugins.Geoip.Mmdb;

namespace ClusterDns.Plugins.Geoip;

/// <summary>Offers metadata about where in the world the client's address is.</summary>
public sealed class GeoipPlugin : Plugin<GeoipOptions>
{
    /// <inheritdoc/>
    public override string Name => "geoip";

    /// <inheritdoc/>
    public override DirectiveRepetition Repetition => DirectiveRepetition.Once;

    /// <inheritdoc/>
    protected override IOptionsReader<GeoipOptions> Options { get; } = new OptionsReader<GeoipOptions>(static line => new GeoipOptions(line.Directive.Name, UsesSubnet: false))
        .Argument(Values.Word("DBFILE"), static (options, file) => options with { File = file })
        .Flag("edns-subnet", static options => options with { UsesSubnet = true });

    /// <inheritdoc/>
    protected override void Build(GeoipOptions options, BlockBuilder builder)
        => builder.OfferAll<MetadataField>(wiring => Open(options, wiring) is { } database ? GeoFields.Of(database, new GeoLookup(database, options.UsesSubnet)) : []);

    private static MmdbReader? Open(GeoipOptions options, BlockWiring wiring)
    {
        try
        {
            ReadOnlyMemory<byte> file = wiring.Environment.Files.Map(wiring.ResolvePath(options.File.Text));
            if (!MmdbReader.TryOpen(file, out MmdbReader? reader, out string problem))
            {
                wiring.Diagnostics.Error(options.File.Place, $"'{options.File}' cannot be used: {problem}");
            }
            else if (!GeoFields.Knows(reader.DatabaseType))
            {
                wiring.Diagnostics.Error(
                    options.File.Place, $"'{options.File}' is a database of type '{reader.DatabaseType}': expected one of cities, countries or autonomous systems");
            }
            else
            {
                return reader;
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            wiring.Diagnostics.Error(options.File.Place, $"'{options.File}' cannot be read: {exception.Message}");
        }

        return null;
    }
}
