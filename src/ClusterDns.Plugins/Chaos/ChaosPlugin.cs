using System.Reflection;
using System.Text;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Options;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;

namespace ClusterDns.Plugins.Chaos;

/// <summary>The options of the chaos plugin.</summary>
/// <param name="Version">The text of <c>version.bind.</c> and <c>version.server.</c></param>
/// <param name="Authors">The texts of <c>authors.bind.</c></param>
public sealed record ChaosOptions(string Version, IReadOnlyList<string> Authors);

/// <summary>Answers queries of class CH about the server itself.</summary>
public sealed class ChaosPlugin : Plugin<ChaosOptions>
{
    private static readonly string DefaultVersion = "ClusterDns-" +
        (typeof(ChaosPlugin).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown");

    /// <inheritdoc/>
    public override string Name => "chaos";

    /// <inheritdoc/>
    public override DirectiveRepetition Repetition => DirectiveRepetition.First;

    /// <inheritdoc/>
    protected override IOptionsReader<ChaosOptions> Options { get; } = new OptionsReader<ChaosOptions>(new ChaosOptions(DefaultVersion, ["The ClusterDns authors"]))
        .Optional(Values.Text("VERSION"), static (options, version) => options with { Version = version })
        .Rest(Values.Text("AUTHORS"), static (options, authors) => authors.Count == 0
            ? options
            : options with { Authors = [.. authors.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)] })
        .AcceptEmptyBlock();

    /// <inheritdoc/>
    protected override void Build(ChaosOptions options, BlockBuilder builder)
    {
        builder.Offer(new ServedClass(RecordClass.CH));
        int seed = builder.Environment.NextSeed();
        builder.Use(next => new ChaosHandler(next, options, Environment.MachineName, seed));
    }
}
