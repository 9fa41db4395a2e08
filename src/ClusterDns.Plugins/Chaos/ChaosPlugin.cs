using System.Reflection;
using System.Text;
using ClusterDns.Core.Corefiles;
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
    protected override ChaosOptions? Parse(PluginParseContext context)
    {
        DirectiveReader reader = new(context.Directives[0], context.Diagnostics);
        if (!reader.ExpectNoOptions())
        {
            return null;
        }

        IReadOnlyList<Token> arguments = reader.Arguments;
        return new ChaosOptions(
            arguments.Count > 0 ? arguments[0].Text : DefaultVersion,
            arguments.Count > 1
                ? [.. arguments.Skip(1).Select(static author => author.Text).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]
                : ["The ClusterDns authors"]);
    }

    /// <inheritdoc/>
    protected override void Build(ChaosOptions options, BlockBuilder builder)
    {
        builder.Offer(new ServedClass(RecordClass.CH));
        int seed = builder.Environment.NextSeed();
        builder.Use(next => new ChaosHandler(next, options, Environment.MachineName, seed));
    }
}
