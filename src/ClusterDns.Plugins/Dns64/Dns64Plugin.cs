using ClusterDns.Core.Corefiles;
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

    private static readonly string[] KnownOptions = ["prefix", "translate_all", "allow_ipv4"];

    /// <inheritdoc/>
    public override string Name => "dns64";

    /// <inheritdoc/>
    public override DirectiveRepetition Repetition => DirectiveRepetition.All;

    /// <inheritdoc/>
    protected override Dns64Options? Parse(PluginParseContext context)
    {
        // The last prefix counts, and an option of any directive.
        Dns64Options options = new(Subnet.Parse(WellKnownPrefix), TranslateAll: false, AllowIPv4: false);
        bool isValid = true;
        foreach (DirectiveSyntax directive in context.Directives)
        {
            isValid &= TryApply(new DirectiveReader(directive, context.Diagnostics), ref options);
        }

        return isValid ? options : null;
    }

    private static bool TryApply(DirectiveReader reader, ref Dns64Options options)
    {
        bool isValid = reader.ExpectArguments(0, 1, "dns64 [PREFIX]");
        if (reader.Arguments.Count == 1)
        {
            isValid &= TryPrefix(reader, reader.Arguments[0], ref options);
        }

        foreach (DirectiveSyntax option in OptionLines.Split(reader.Directive.Block, ("prefix", 1), ("translate_all", 0), ("allow_ipv4", 0)))
        {
            DirectiveReader optionReader = reader.For(option);
            switch (option.Name.Text)
            {
                case "prefix":
                    isValid &= optionReader.ExpectArguments(1, 1, "prefix PREFIX") && TryPrefix(optionReader, option.Arguments[0], ref options);
                    break;
                case "translate_all":
                    options = options with { TranslateAll = true };
                    isValid &= optionReader.ExpectArguments(0, 0, "translate_all");
                    break;
                case "allow_ipv4":
                    options = options with { AllowIPv4 = true };
                    isValid &= optionReader.ExpectArguments(0, 0, "allow_ipv4");
                    break;
                case var name when reader.Arguments.Count == 1 && option.Arguments.Count == 0:
                    // CoreDNS does not read a block behind a prefix as one.
                    reader.Warn(option.Place, $"unknown option '{name}' of dns64 has no effect: expected {string.Join(", ", KnownOptions)}");
                    break;
                default:
                    reader.UnknownOption(option, KnownOptions);
                    isValid = false;
                    break;
            }
        }

        return isValid;
    }

    /// <inheritdoc/>
    protected override void Build(Dns64Options options, BlockBuilder builder)
        => builder.Use(next => new Dns64Handler(next, options, builder.Environment.Metrics));

    private static bool TryPrefix(DirectiveReader reader, Token token, ref Dns64Options options)
    {
        if (!Subnet.TryParse(token.Text, out Subnet prefix) || prefix.IsIPv4 || !EmbeddingPrefix.Lengths.Contains(prefix.Length))
        {
            reader.Error(
                token.Place,
                $"'{token.Text}' is no prefix for {reader.Name}, expected an IPv6 one of {string.Join(", ", EmbeddingPrefix.Lengths)} bits such as {WellKnownPrefix}");
            return false;
        }

        if (EmbeddingPrefix.HasReservedBits(prefix))
        {
            reader.Warn(token.Place, $"prefix '{token.Text}' sets bits 64 to 71, expected them to be zero (RFC 6052 section 2.2)");
        }

        options = options with { Prefix = prefix };
        return true;
    }
}
