using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using ClusterDns.Plugins.Common;
using Microsoft.Extensions.Logging;

namespace ClusterDns.Plugins.Hosts;

/// <summary>Answers from a file like <c>/etc/hosts</c>, and from such lines in the Corefile.</summary>
public sealed class HostsPlugin : Plugin<HostsOptions>
{
    private const string DefaultPath = "/etc/hosts";
    private const int DefaultTimeToLive = 3600;

    private static readonly string[] Options = ["ttl", "reload", "no_reverse", "fallthrough", "fallthrough_unsupported"];

    private static readonly TimeSpan DefaultReload = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public override string Name => "hosts";

    /// <inheritdoc/>
    public override DirectiveRepetition Repetition => DirectiveRepetition.Once;

    /// <inheritdoc/>
    public override void DeclareMetrics(MetricRegistry metrics) => HostsFile.ReloadTime(metrics);

    /// <inheritdoc/>
    protected override HostsOptions? Parse(PluginParseContext context)
    {
        DirectiveReader reader = new(context.Directives[0], context.Diagnostics);
        bool isRight = reader.TryZones(
            reader.Arguments.Skip(1), context.Keys.Select(static key => key.Zone).Distinct(), out IReadOnlyList<Zone> zones);

        List<string> inline = [];
        int timeToLive = DefaultTimeToLive;
        TimeSpan reload = DefaultReload;
        bool reverse = true;
        bool unsupported = false;
        IReadOnlyList<Zone> fallthrough = [];
        foreach (DirectiveSyntax option in OptionLines.Split(reader.Directive.Block, ("no_reverse", 0)))
        {
            DirectiveReader optionReader = reader.For(option);
            switch (option.Name.Text)
            {
                case "ttl":
                    optionReader.IgnoreArgumentsAfter(1);
                    isRight &= optionReader.ExpectArguments(1, int.MaxValue, "ttl SECONDS") &&
                        optionReader.TryInteger(option.Arguments[0], 1, ushort.MaxValue, out timeToLive);
                    break;
                case "reload":
                    isRight &= optionReader.ExpectArguments(1, 1, "reload DURATION") &&
                        optionReader.TryDuration(option.Arguments[0], TimeSpan.Zero, out reload);
                    break;
                case "no_reverse":
                    reverse = false;
                    isRight &= optionReader.ExpectArguments(0, 0, "no_reverse");
                    break;
                case "fallthrough":
                    isRight &= optionReader.TryZonesOrRoot(option.Arguments, out fallthrough);
                    break;
                case "fallthrough_unsupported":
                    unsupported = true;
                    isRight &= optionReader.ExpectArguments(0, 0, "fallthrough_unsupported");
                    break;
                default:
                    isRight &= TryAddInline(optionReader, inline, isAfterFallthrough: fallthrough.Count > 0);
                    break;
            }
        }

        if (unsupported && fallthrough.Count == 0)
        {
            reader.Error(reader.Directive.Place, "fallthrough_unsupported stands alone, expected fallthrough beside it");
            isRight = false;
        }

        string path = reader.Arguments.Count > 0 ? reader.Arguments[0].Text : DefaultPath;
        return isRight
            ? new HostsOptions(path, reader.Arguments.Count > 0, zones, string.Join('\n', inline), (uint)timeToLive, reverse, reload, fallthrough, unsupported)
            : null;
    }

    /// <inheritdoc/>
    protected override void Build(HostsOptions options, PluginBuildContext context)
    {
        HostsOptions resolved = options with { Path = context.ResolvePath(options.Path) };
        HostsFile file = context.Resources.Get(
            (context.BlockText, resolved.Path),
            () => new HostsFile(
                resolved, context.Files, context.Guard, context.Memory, context.Metrics, context.LoggerFactory.CreateLogger("plugin/hosts")));
        context.AddLink(next => new HostsHandler(next, options, file));
    }

    /// <summary>
    /// A line that begins with an address is one of a hosts file. Others have no effect, except after fallthrough: there, CoreDNS takes
    /// options only.
    /// </summary>
    private static bool TryAddInline(DirectiveReader reader, List<string> inline, bool isAfterFallthrough)
    {
        if (HostsTable.TryParseAddress(reader.Name, out _))
        {
            inline.Add(string.Join(' ', reader.Arguments.Select(static name => name.Text).Prepend(reader.Name)));
            return true;
        }

        string hint = NearMiss.Find(reader.Name, Options) is { } meant ? $"; did you mean '{meant}'?" : "";
        string problem = $"'{reader.Name}' is neither an option of hosts nor an address";
        string accepted = $"expected {string.Join(", ", Options)} or an address with names{hint}";
        if (isAfterFallthrough)
        {
            reader.Error(reader.Directive.Place, $"{problem}: {accepted}");
        }
        else
        {
            reader.Warn(reader.Directive.Place, $"{problem}, and the line has no effect: {accepted}");
        }

        return !isAfterFallthrough;
    }
}
