using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Http;
using ClusterDns.Core.Options;
using ClusterDns.Core.Pipeline;

namespace ClusterDns.Plugins.Pprof;

/// <summary>The options of the pprof plugin.</summary>
/// <param name="Address">Where it answers.</param>
public sealed record PprofOptions(HttpAddress Address);

/// <summary>Shows over HTTP what a process of .NET can report about itself: memory, garbage collection, threads.</summary>
public sealed class PprofPlugin : Plugin<PprofOptions>
{
    private const string DefaultAddress = "localhost:6053";
    private const int DefaultPort = 6053;

    private static readonly OptionValue<int> Rate = Values.Integer(1, int.MaxValue).As("RATE").Default("1");

    /// <inheritdoc/>
    public override string Name => "pprof";

    /// <inheritdoc/>
    public override DirectiveRepetition Repetition => DirectiveRepetition.Once;

    /// <inheritdoc/>
    protected override IOptionsReader<PprofOptions> Options { get; } =
        new OptionsReader<PprofOptions>(new PprofOptions(new HttpAddress(HttpAddress.Localhost, DefaultPort)))
            .Optional(Values.HttpAddress(DefaultAddress), static (_, address) => new PprofOptions(address))
            .Option("block", static line => line.Words("RATE", 0, 1, static (options, reader, words) =>
            {
                if (words.Count == 0 || Rate.TryRead(reader, words[0], out _))
                {
                    reader.Warn(reader.Directive.Place, "'block' has no effect: .NET does not profile blocked threads");
                }

                return options;
            }));

    /// <inheritdoc/>
    protected override void Build(PprofOptions options, BlockBuilder builder)
    {
        ProcessReport report = new(builder.Environment.Files);
        foreach ((string path, Action<HttpExchange> write) in report.Pages)
        {
            builder.Offer(new HttpEndpoint(options.Address, path, write));
        }
    }
}
