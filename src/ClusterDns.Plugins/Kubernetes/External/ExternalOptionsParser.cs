using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Common;
using ClusterDns.Plugins.Kubernetes.Options;

namespace ClusterDns.Plugins.Kubernetes.External;

/// <summary>Reads <c>k8s_external [ZONES...] { … }</c>.</summary>
/// <param name="context">The directive.</param>
internal sealed class ExternalOptionsParser(PluginParseContext context)
{
    private const string DefaultApex = "dns";

    private static readonly string[] Known = ["apex", "ttl", "headless", "fallthrough"];

    private DirectiveReader _reader;
    private string _apex = DefaultApex;
    private uint _timeToLive = TimeToLiveOption.Default;
    private bool _headless;
    private IReadOnlyList<Zone> _fallthrough = [];
    private bool _isRight = true;

    /// <summary>Reads the options.</summary>
    /// <returns>Null when errors were reported.</returns>
    public ExternalOptions? Parse()
    {
        // The zones of the last directive count; options add up, and a later one replaces an earlier one of its name.
        IReadOnlyList<Zone> zones = [];
        foreach (DirectiveSyntax directive in context.Directives)
        {
            _reader = new DirectiveReader(directive, context.Diagnostics);
            _isRight &= _reader.TryZones(
                _reader.Arguments, context.Keys.Select(static key => key.Zone).Distinct(), out zones);
            foreach (DirectiveSyntax option in OptionLines.Split(directive.Block, ("headless", 0)))
            {
                ParseOption(option);
            }
        }

        SourcePlace place = _reader.Directive.Place;
        if (_isRight && zones.All(KubernetesOptionsParser.IsReverse))
        {
            _reader.Error(place, "k8s_external has reverse zones alone, expected a zone for Services, such as example.org");
            _isRight = false;
        }

        foreach (Zone zone in _isRight ? zones : [])
        {
            CheckLength(zone);
        }

        return _isRight ? new ExternalOptions(place, zones, _apex, _timeToLive, _headless, _fallthrough) : null;
    }

    private void ParseOption(DirectiveSyntax option)
    {
        DirectiveReader reader = _reader.For(option);
        switch (option.Name.Text)
        {
            case "apex":
                reader.IgnoreArgumentsAfter(1);
                _isRight &= reader.ExpectArguments(1, int.MaxValue, "apex LABEL") && TryApex(reader, option.Arguments[0]);
                break;
            case "ttl":
                _isRight &= TimeToLiveOption.TryRead(reader, out _timeToLive);
                break;
            case "headless":
                _isRight &= reader.ExpectArguments(0, 0, "headless");
                _headless = true;
                break;
            case "fallthrough":
                _isRight &= reader.TryZonesOrRoot(option.Arguments, out _fallthrough);
                break;
            default:
                _isRight = false;
                _reader.UnknownOption(option, Known);
                break;
        }
    }

    private bool TryApex(DirectiveReader reader, Token token)
    {
        Span<byte> wire = stackalloc byte[DomainName.MaxWireLength];
        _apex = token.Text.ToLowerInvariant();
        if (!_apex.EndsWith('.') && DomainName.TryParse(_apex, wire, out int length) && DomainName.CountLabels(wire[..length]) == 1)
        {
            return true;
        }

        reader.Error(token.Place, $"'{token.Text}' is no value for apex, expected one label, such as dns");
        return false;
    }

    private void CheckLength(Zone zone)
    {
        Span<byte> wire = stackalloc byte[DomainName.MaxWireLength];
        if (!DomainName.TryParse(ExternalZone.GetLongestName(_apex), zone.Wire.Span, wire, out _))
        {
            _reader.Error(_reader.Directive.Place, $"zone '{zone.Text}' is too long, expected room for {ExternalZone.GetLongestName(_apex)} before it");
            _isRight = false;
        }
    }
}
