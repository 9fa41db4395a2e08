using System.Net;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Options;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Records;

namespace ClusterDns.Plugins.Bind;

/// <summary>The options of the bind plugin.</summary>
/// <param name="Directives">What each directive of the block says; they add up.</param>
public sealed record BindOptions(IReadOnlyList<BindDirective> Directives);

/// <summary>One bind directive.</summary>
/// <param name="Places">The addresses and interfaces to listen on.</param>
/// <param name="Except">The addresses and interfaces to leave out of them.</param>
public sealed record BindDirective(IReadOnlyList<Token> Places, IReadOnlyList<Token> Except);

/// <summary>Chooses the addresses that a server block listens on.</summary>
public sealed class BindPlugin : Plugin<BindOptions>
{
    private readonly INetworkInterfaces _interfaces;

    /// <summary>The plugin, with the interfaces of this host.</summary>
    public BindPlugin()
        : this(new HostNetworkInterfaces())
    {
    }

    internal BindPlugin(INetworkInterfaces interfaces) => _interfaces = interfaces;

    /// <inheritdoc/>
    public override string Name => "bind";

    /// <inheritdoc/>
    public override DirectiveRepetition Repetition => DirectiveRepetition.All;

    /// <inheritdoc/>
    protected override IOptionsReader<BindOptions> Options { get; } = new OptionsReader<BindDirective>(new BindDirective([], []))
        .Rest(Values.Word("ADDRESS|IFACE"), static (options, places) => options with { Places = places }, least: 1)
        .List("except", Values.Word("ADDRESS|IFACE"), static (options, except) => options with { Except = except })
        .Each(static directives => new BindOptions(directives));

    /// <inheritdoc/>
    protected override void Build(BindOptions options, BlockBuilder builder)
    {
        List<IPAddress> all = [];
        foreach (BindDirective directive in options.Directives)
        {
            HashSet<IPAddress> except = [.. Resolve(directive.Except, builder.Diagnostics)];
            all.AddRange(Resolve(directive.Places, builder.Diagnostics).Where(address => !except.Contains(address)));
        }

        if (all.Count == 0 && !builder.Diagnostics.HasErrors)
        {
            builder.Diagnostics.Warning(
                options.Directives[0].Places[0].Place, "this server block is not served: 'bind' leaves no address to listen on");
        }

        builder.Offer(new BoundAddresses([.. all.Distinct()]));
    }

    private List<IPAddress> Resolve(IReadOnlyList<Token> places, DiagnosticBag diagnostics)
    {
        List<IPAddress> found = [];
        foreach (Token place in places)
        {
            // Asking the host for its interfaces is dear, and thousands of server blocks may name addresses.
            if (TryParseAddress(place.Text, out IPAddress? address))
            {
                found.Add(address!);
            }
            else if (_interfaces.GetAddresses(place.Text) is { } addresses)
            {
                if (addresses.Count == 0)
                {
                    diagnostics.Warning(place.Place, $"interface '{place.Text}' has no address to listen on");
                }

                found.AddRange(addresses);
            }
            else
            {
                diagnostics.Error(
                    place.Place, $"'{place.Text}' is neither an address nor an interface of this host");
            }
        }

        return found;
    }

    /// <summary>A link-local address may name its interface after a percent sign, which only the host can read.</summary>
    private static bool TryParseAddress(string text, out IPAddress? address)
        => text.Contains('%', StringComparison.Ordinal)
            ? IPAddress.TryParse(text, out address)
            : AddressText.TryParseUnmapped(text, out address);
}
