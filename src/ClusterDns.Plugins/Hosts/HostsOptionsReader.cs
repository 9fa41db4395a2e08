using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Options;

namespace ClusterDns.Plugins.Hosts;

/// <summary>Reads <c>hosts [FILE [ZONES...]] { … }</c>.</summary>
internal static class HostsOptionsReader
{
    private const string DefaultPath = "/etc/hosts";

    /// <summary>The reader.</summary>
    public static OptionsReader<HostsOptions> Reader { get; } = new OptionsReader<HostsOptions>(
        new HostsOptions(DefaultPath, false, [], [], 3600, true, TimeSpan.FromSeconds(5), [], false))
        .Optional(Values.Text("FILE").Default(DefaultPath), static (options, path) => options with { Path = path, IsPathGiven = true })
        .Zones(static (options, zones) => options with { Zones = zones })
        .Option(
            "ttl",
            Values.Integer(1, ushort.MaxValue).As("SECONDS").Default("3600"),
            static (options, seconds) => options with { TimeToLive = (uint)seconds },
            ignoreExtra: true)
        .Option("reload", Values.Duration().Default("5s"), static (options, interval) => options with { Reload = interval })
        .Flag("no_reverse", static options => options with { Reverse = false })
        .Fallthrough(static (options, zones) => options with { Fallthrough = zones })
        .Flag("fallthrough_unsupported", static options => options with { FallthroughUnsupported = true })
        .ShareLines("no_reverse")
        .Otherwise(ReadInline)
        .Complete(static (options, line) =>
        {
            if (options.FallthroughUnsupported && options.Fallthrough.Count == 0)
            {
                line.Error(line.Directive.Place, "'fallthrough_unsupported' has no effect alone: write 'fallthrough' too");
            }

            return options;
        });

    /// <summary>
    /// A line that begins with an address is one of a hosts file. Others have no effect, except after fallthrough: there, CoreDNS takes
    /// options only.
    /// </summary>
    private static HostsOptions ReadInline(HostsOptions options, DirectiveReader hosts, DirectiveReader line, IReadOnlyList<string> names)
    {
        if (HostsTable.TryParseAddress(line.Name, out _))
        {
            return options with { Inline = options.Inline.Add(string.Join(' ', line.Arguments.Select(static name => name.Text).Prepend(line.Name))) };
        }

        string hint = NearMiss.Find(line.Name, names) is { } meant ? $"; did you mean '{meant}'?" : "";
        string problem = $"'{line.Name}' is neither an option of hosts nor an address";
        string accepted = $"expected {string.Join(", ", names)} or an address with names{hint}";
        if (options.Fallthrough.Count > 0)
        {
            line.Error(line.Directive.Place, $"{problem}: {accepted}");
        }
        else
        {
            line.Warn(line.Directive.Place, $"{problem}, and the line has no effect: {accepted}");
        }

        return options;
    }
}
