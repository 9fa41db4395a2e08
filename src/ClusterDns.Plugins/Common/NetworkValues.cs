using ClusterDns.Core.Options;

namespace ClusterDns.Plugins.Common;

/// <summary>Networks as values of options.</summary>
internal static class NetworkValues
{
    /// <summary>A network in CIDR form.</summary>
    public static OptionValue<Subnet> Network { get; } = Values.Parsed<Subnet>(
        "CIDR", "network", "for example 10.0.0.0/8 or 2001:db8::/32", static (string text, out Subnet subnet) => Subnet.TryParse(text, out subnet));

    /// <summary>A network in CIDR form, or an address that counts as a network of one.</summary>
    public static OptionValue<Subnet> AddressOrNetwork { get; } = Values.Parsed<Subnet>(
        "CIDR", "network", "an address, or a network such as 10.0.0.0/8 or 2001:db8::/32", static (string text, out Subnet subnet) => Subnet.TryParseOrAddress(text, out subnet));
}
