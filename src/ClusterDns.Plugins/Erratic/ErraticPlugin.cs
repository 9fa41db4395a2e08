using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Options;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Common;

namespace ClusterDns.Plugins.Erratic;

/// <summary>Answers every query with fixed records, and drops, delays or truncates some answers, to test clients.</summary>
public sealed class ErraticPlugin : Plugin<ErraticOptions>
{
    private static readonly TimeSpan DefaultDuration = TimeSpan.FromMilliseconds(100);
    private static readonly OptionValue<int> Amount = Values.Integer(0, int.MaxValue).As("AMOUNT").Default("2");

    /// <inheritdoc/>
    public override string Name => "erratic";

    /// <inheritdoc/>
    public override DirectiveRepetition Repetition => DirectiveRepetition.All;

    /// <inheritdoc/>
    protected override IOptionsReader<ErraticOptions> Options { get; } =
        new OptionsReader<ErraticOptions>(new ErraticOptions(null, 0, 0, DefaultDuration, IsLarge: false))
            .Option("drop", static line => line.Words("AMOUNT", 0, 1, static (options, reader, words) =>
                TryAmount(reader, words, out int amount) ? options with { Drop = amount } : options))
            .Option("truncate", static line => line.Words("AMOUNT", 0, 1, static (options, reader, words) =>
                TryAmount(reader, words, out int amount) ? options with { Truncate = amount } : options))
            .Option("delay", static line => line
                .Words("AMOUNT", 0, 1, static (options, reader, words) =>
                    TryAmount(reader, words, out int amount) ? options with { Delay = amount, Duration = DefaultDuration } : options)
                .Optional(
                    Values.Duration(most: TimeSpan.FromHours(1)).Default("100ms"), static (options, duration) => options with { Duration = duration }))
            .Flag("large", static options => options with { IsLarge = true });

    /// <inheritdoc/>
    protected override void Build(ErraticOptions options, BlockBuilder builder)
    {
        ErraticFaults faults = new(options);
        builder.Offer(new ReadinessCheck(Name, () => faults.IsReady));
        builder.Offer<ISearchPathSource>(new ErraticSearchPath());
        builder.Use(next => new ErraticHandler(next, options, faults, builder.Environment.Time));
    }

    private static bool TryAmount(DirectiveReader line, IReadOnlyList<Token> words, out int amount)
    {
        amount = ErraticOptions.DefaultAmount;
        return words.Count == 0 || Amount.TryRead(line, words[0], out amount);
    }

    /// <summary>The search path that every client is said to have (<c>autopath @erratic</c>).</summary>
    private sealed class ErraticSearchPath : ISearchPathSource
    {
        public string Plugin => "erratic";

        public ISearchPath CreatePath(IReadOnlyList<byte[]> hostDomains)
            => new SearchDomains([DomainName.Parse("a.example.org."), DomainName.Parse("b.example.org.")]);
    }
}
