using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Options;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Kubernetes.Options;

namespace ClusterDns.Plugins.Kubernetes.External;

/// <summary>
/// Reads <c>k8s_external [ZONES...] { … }</c>. The zones of the last directive count; options add up, and a later one replaces an earlier one of
/// its name.
/// </summary>
internal static class ExternalOptionsReader
{
    private static readonly OptionValue<string> Apex = Values.Parsed<string>("LABEL", "label", "one label, such as dns", TryParseApex).Default("dns");

    /// <summary>The reader.</summary>
    public static OptionsReader<ExternalOptions> Reader { get; } = new OptionsReader<ExternalOptions>(new ExternalOptions(default, [], "dns", 5, Headless: false, []))
        .Zones(static (options, zones) => options with { Zones = zones })
        .Option("apex", Apex, static (options, apex) => options with { Apex = apex }, ignoreExtra: true)
        .Option("ttl", Values.TimeToLive.Default("5"), static (options, seconds) => options with { TimeToLive = seconds }, ignoreExtra: true)
        .Flag("headless", static options => options with { Headless = true })
        .Fallthrough(static (options, zones) => options with { Fallthrough = zones })
        .ShareLines("headless")
        .Complete(Check);

    private static bool TryParseApex(string text, out string apex)
    {
        Span<byte> wire = stackalloc byte[DomainName.MaxWireLength];
        apex = text.ToLowerInvariant();
        return !apex.EndsWith('.') && DomainName.TryParse(apex, wire, out int length) && DomainName.CountLabels(wire[..length]) == 1;
    }

    private static ExternalOptions Check(ExternalOptions options, DirectiveReader line)
    {
        if (options.Zones.All(KubernetesOptions.IsReverse))
        {
            line.Error(line.Directive.Place, "k8s_external has only reverse zones: expected a zone for Services, such as example.org");
        }

        Span<byte> wire = stackalloc byte[DomainName.MaxWireLength];
        string longest = ExternalZone.GetLongestName(options.Apex);
        foreach (Zone zone in options.Zones)
        {
            if (!DomainName.TryParse(longest, zone.Wire.Span, wire, out _))
            {
                line.Error(line.Directive.Place, $"zone '{zone.Text}' is too long: expected room for {longest} before it");
            }
        }

        return options with { Place = line.Directive.Place };
    }
}
