using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Options;
using ClusterDns.Core.Pipeline;
using ClusterDns.Plugins.Common;

namespace ClusterDns.Plugins.Dns64;

/// <summary>The options of the dns64 plugin.</summary>
/// <param name="Prefix">What synthesized addresses begin with; its length is one of <see cref="EmbeddingPrefix.Lengths"/>.</param>
/// <param name="TranslateAll">Whether names that have AAAA records of their own are answered with synthesized ones too.</param>
/// <param name="AllowIPv4">Whether clients that ask over IPv4 get synthesized records.</param>
public sealed record Dns64Options(Subnet Prefix, bool TranslateAll, bool AllowIPv4);

/// <summary>Gives IPv6-only clients a way to IPv4-only names (RFC 6147).</summary>
public sealed class Dns64Plugin : Plugin<Dns64Options>
{
    private const string WellKnownPrefix = "64:ff9b::/96";

    private static readonly OptionValue<Subnet> Prefix = new OptionValue<Subnet>(
        "PREFIX", "prefix", $"an IPv6 network of {string.Join(", ", EmbeddingPrefix.Lengths)} bits, for example {WellKnownPrefix}", TryReadPrefix).Default(WellKnownPrefix);


    /// <inheritdoc/>
    public override string Name => "dns64";

    /// <inheritdoc/>
    public override DirectiveRepetition Repetition => DirectiveRepetition.All;

    /// <summary>The last prefix counts, and an option of any directive.</summary>
    protected override IOptionsReader<Dns64Options> Options { get; } = new OptionsReader<Dns64Options>(
        new Dns64Options(Subnet.Parse(WellKnownPrefix), TranslateAll: false, AllowIPv4: false))
        .Optional(Prefix, static (options, prefix) => options with { Prefix = prefix })
        .Option("prefix", Prefix, static (options, prefix) => options with { Prefix = prefix })
        .Flag("translate_all", static options => options with { TranslateAll = true })
        .Flag("allow_ipv4", static options => options with { AllowIPv4 = true })
        .ShareLines("prefix", "translate_all", "allow_ipv4")
        .Otherwise(IgnoreBehindPrefix);

    /// <inheritdoc/>
    protected override void Build(Dns64Options options, BlockBuilder builder)
        => builder.Use(next => new Dns64Handler(next, options, builder.Environment.Metrics));

    /// <summary>CoreDNS does not read a block behind a prefix as one.</summary>
    private static Dns64Options? IgnoreBehindPrefix(Dns64Options options, DirectiveReader dns64, DirectiveReader line, IReadOnlyList<string> names)
    {
        if (dns64.Arguments.Count != 1 || line.Arguments.Count > 0)
        {
            return null;
        }

        line.Warn(line.Directive.Place, $"unknown option '{line.Name}' of dns64 has no effect: expected {string.Join(", ", names)}");
        return options;
    }

    private static bool TryReadPrefix(DirectiveReader line, Token word, out Subnet prefix)
    {
        bool isValid = Subnet.TryParse(word.Text, out prefix) && !prefix.IsIPv4 && EmbeddingPrefix.Lengths.Contains(prefix.Length);
        if (isValid && EmbeddingPrefix.HasReservedBits(prefix))
        {
            line.Warn(word.Place, $"prefix '{word.Text}' sets bits 64 to 71: they should be zero (RFC 6052 section 2.2)");
        }

        return isValid;
    }
}
