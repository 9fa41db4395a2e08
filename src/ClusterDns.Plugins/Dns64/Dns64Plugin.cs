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
    protected override Dns64Options? Parse(PluginParseContext context)
    {
        DirectiveReader reader = new(context.Directives[0], context.Diagnostics);
        Subnet prefix = Subnet.Parse(WellKnownPrefix);
        bool isRight = DirectiveReader.ExpectOnce(context.Directives, context.Diagnostics) & reader.ExpectArguments(0, 1, "dns64 [PREFIX]");
        if (reader.Arguments.Count == 1)
        {
            isRight &= TryPrefix(reader, reader.Arguments[0], context.Diagnostics, out prefix);
        }

        bool translateAll = false;
        bool allowIPv4 = false;
        foreach (DirectiveSyntax option in reader.Directive.Block)
        {
            DirectiveReader optionReader = reader.For(option);
            switch (option.Name.Text)
            {
                case "prefix":
                    isRight &= optionReader.ExpectArguments(1, 1, "prefix PREFIX") &&
                        TryPrefix(optionReader, option.Arguments[0], context.Diagnostics, out prefix);
                    break;
                case "translate_all":
                    translateAll = true;
                    isRight &= optionReader.ExpectArguments(0, 0, "translate_all");
                    break;
                case "allow_ipv4":
                    allowIPv4 = true;
                    isRight &= optionReader.ExpectArguments(0, 0, "allow_ipv4");
                    break;
                default:
                    reader.UnknownOption(option, KnownOptions);
                    isRight = false;
                    break;
            }
        }

        return isRight ? new Dns64Options(prefix, translateAll, allowIPv4) : null;
    }

    /// <inheritdoc/>
    protected override void Build(Dns64Options options, PluginBuildContext context)
        => context.AddLink(next => new Dns64Handler(next, options, context.Metrics));

    private static bool TryPrefix(DirectiveReader reader, Token token, DiagnosticBag diagnostics, out Subnet prefix)
    {
        if (!Subnet.TryParse(token.Text, out prefix) || prefix.IsIPv4 || !EmbeddingPrefix.Lengths.Contains(prefix.Length))
        {
            reader.Error(
                token.Place,
                $"'{token.Text}' is no prefix for {reader.Name}, expected an IPv6 one of {string.Join(", ", EmbeddingPrefix.Lengths)} bits such as {WellKnownPrefix}");
            return false;
        }

        if (EmbeddingPrefix.HasReservedBits(prefix))
        {
            diagnostics.Warning(token.Place, $"prefix '{token.Text}' sets bits 64 to 71, expected them to be zero (RFC 6052 section 2.2)");
        }

        return true;
    }
}
