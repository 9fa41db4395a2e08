using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClusterDns.Plugins.Local;

/// <summary>The options of the local plugin.</summary>
/// <param name="Prefix">Whether <c>localhost</c> before any domain, as search paths make it, is the client's own host too.</param>
public sealed record LocalOptions(bool Prefix);

/// <summary>Answers names that are every host's own affair, so that they do not leave it.</summary>
public sealed class LocalPlugin : Plugin<LocalOptions>
{
    private const string PrefixOption = "localhost_prefix";

    private static readonly string[] Options = [PrefixOption];
    private static readonly string[] Switch = ["on", "off"];

    /// <inheritdoc/>
    public override string Name => "local";

    /// <inheritdoc/>
    public override DirectiveRepetition Repetition => DirectiveRepetition.All;

    /// <inheritdoc/>
    public override void DeclareMetrics(MetricRegistry metrics) => Requests(metrics);

    /// <inheritdoc/>
    protected override LocalOptions? Parse(PluginParseContext context)
    {
        bool isRight = true;
        bool prefix = true;
        foreach (DirectiveSyntax directive in context.Directives)
        {
            DirectiveReader reader = new(directive, context.Diagnostics);

            // CoreDNS ignored arguments before 1.14.5.
            reader.IgnoreArgumentsAfter(0);
            isRight &= TryOptions(reader, ref prefix);
        }

        return isRight ? new LocalOptions(prefix) : null;
    }

    private static bool TryOptions(DirectiveReader reader, ref bool prefix)
    {
        bool isRight = true;
        foreach (DirectiveSyntax option in reader.Directive.Block)
        {
            if (!string.Equals(option.Name.Text, PrefixOption, StringComparison.Ordinal))
            {
                reader.UnknownOption(option, Options);
                isRight = false;
                continue;
            }

            DirectiveReader optionReader = reader.For(option);
            string word = "";
            isRight &= optionReader.ExpectArguments(1, 1, "localhost_prefix on|off") & optionReader.ExpectNoBlock() &&
                optionReader.TryChoice(option.Arguments[0], Switch, out word);
            prefix = string.Equals(word, "on", StringComparison.Ordinal);
        }

        return isRight;
    }

    /// <inheritdoc/>
    protected override void Build(LocalOptions options, PluginBuildContext context)
    {
        ILogger log = context.Debug ? context.LoggerFactory.CreateLogger("plugin/local") : NullLogger.Instance;
        context.AddLink(next => new LocalHandler(next, options, Requests(context.Metrics), log));
    }

    private static Counter Requests(MetricRegistry metrics)
        => metrics.Counter("coredns_local_localhost_requests_total", "Counter of special localhost subdomain requests.");
}
