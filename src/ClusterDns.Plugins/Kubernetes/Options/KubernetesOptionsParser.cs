using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Pipeline;
using ClusterDns.Plugins.Common;
using ClusterDns.Plugins.Kubernetes.Answers;

namespace ClusterDns.Plugins.Kubernetes.Options;

/// <summary>Reads <c>kubernetes [ZONES...] { … }</c>.</summary>
/// <param name="context">The directive.</param>
internal sealed class KubernetesOptionsParser(PluginParseContext context)
{
    private static readonly string[] KnownOptions =
    [
        "manifests", .. FilterOptionsParser.Names, "pods", "endpoint_pod_names", "ttl", "fallthrough", "ignore", "multicluster", "zonal",
        .. ApiServerOptionsParser.Names,
    ];

    private readonly DirectiveReader _reader = new(context.Directives[0], context.Diagnostics);
    private readonly ApiServerOptionsParser _apiServer = new(context.Diagnostics);
    private readonly FilterOptionsParser _filter = new();
    private readonly List<Token> _manifests = [];
    private PodsMode _pods = PodsMode.Disabled;
    private uint _timeToLive = TimeToLiveOption.Default;
    private IReadOnlyList<Zone> _zones = [];
    private IReadOnlyList<Zone> _multiclusterZones = [];
    private IReadOnlyList<Zone> _fallthrough = [];
    private bool _ignoresEmptyServices;
    private bool _endpointPodNames;
    private SourcePlace? _zonalPlace;
    private bool _isRight = true;

    /// <summary>Reads the options.</summary>
    /// <returns>Null when errors were reported.</returns>
    public KubernetesOptions? Parse()
    {
        _isRight &= _reader.TryZones(
            _reader.Arguments, context.Keys.Select(static key => key.Zone).Distinct(), out _zones);
        foreach (DirectiveSyntax option in _reader.Directive.Block)
        {
            ParseOption(option);
        }

        ApiServerOptions? apiServer = null;
        if (_isRight)
        {
            _isRight = _apiServer.TryComplete(_manifests.Count > 0, out apiServer);
        }

        if (_isRight && _zones.All(IsReverse))
        {
            Fail(_reader.Directive.Place, "kubernetes has reverse zones alone, expected a zone for Services, such as cluster.local");
        }

        if (_zonalPlace is { } place && !_filter.Filter.TakesEndpoints)
        {
            Fail(place, "zonal stands beside noendpoints, expected one of them: topology zones are told by endpoints");
        }

        return _isRight
            ? new KubernetesOptions(
                _reader.Directive.Place, _zones, _manifests, apiServer, _apiServer.StartupTimeout, _pods, _timeToLive, _fallthrough)
            {
                Filter = _filter.Filter,
                IgnoresEmptyServices = _ignoresEmptyServices,
                EndpointPodNames = _endpointPodNames,
                MulticlusterZones = _multiclusterZones,
                IsZonal = _zonalPlace is not null,
            }
            : null;
    }

    /// <summary>Whether a zone is one of reverse names.</summary>
    /// <param name="zone">The zone.</param>
    internal static bool IsReverse(Zone zone)
        => zone.Text.EndsWith("in-addr.arpa.", StringComparison.Ordinal) || zone.Text.EndsWith("ip6.arpa.", StringComparison.Ordinal);

    private void ParseOption(DirectiveSyntax option)
    {
        DirectiveReader reader = _reader.For(option);
        switch (option.Name.Text)
        {
            case "manifests":
                _isRight &= reader.ExpectArguments(1, int.MaxValue, "manifests PATH...");
                foreach (Token path in option.Arguments.Where(static path => path.Text.Length == 0 || path.Text.Contains('\0', StringComparison.Ordinal)))
                {
                    // No file can ever have such a name, so that there is nothing to wait for.
                    reader.Error(path.Place, path.Text.Length == 0 ? "the path is empty: name a file or folder" : "the path contains a NUL character: remove it");
                    _isRight = false;
                }

                _manifests.AddRange(option.Arguments);
                break;
            case "pods":
                ParsePods(reader);
                break;
            case "ttl":
                _isRight &= TimeToLiveOption.TryRead(reader, out _timeToLive);
                break;
            case "fallthrough":
                _isRight &= reader.TryZonesOrRoot(option.Arguments, out _fallthrough);
                break;
            case var name when ApiServerOptionsParser.Names.Contains(name, StringComparer.Ordinal):
                _isRight &= _apiServer.Parse(reader);
                break;
            case "ignore":
                _isRight &= TryIgnore(reader);
                break;
            case var name when FilterOptionsParser.Names.Contains(name, StringComparer.Ordinal):
                _isRight &= _filter.Parse(reader);
                break;
            case "endpoint_pod_names":
                _isRight &= _endpointPodNames = reader.ExpectArguments(0, 0, "endpoint_pod_names");
                break;
            case "multicluster":
                _isRight &= TryMulticluster(reader);
                break;
            case "zonal":
                _isRight &= reader.ExpectArguments(0, 0, "zonal");
                _zonalPlace = option.Place;
                break;
            case "resyncperiod" or "upstream" or "transfer":
                Fail(option.Place, $"option '{option.Name.Text}' of kubernetes was removed from CoreDNS before version 1.8: delete the line");
                break;
            default:
                _isRight = false;
                _reader.UnknownOption(option, KnownOptions);
                break;
        }
    }

    private bool TryIgnore(DirectiveReader reader)
    {
        if (reader.Arguments.Count == 0)
        {
            reader.Warn(reader.Directive.Place, "'ignore' has no effect without a word: write 'ignore empty_service'");
            return true;
        }

        reader.IgnoreArgumentsAfter(1);
        bool isKnown = reader.TryChoice(reader.Arguments[0], ["empty_service"], out _);
        _ignoresEmptyServices |= isKnown;
        return isKnown;
    }

    /// <summary>Reads zones of the plugin; as in CoreDNS, a later line takes the place of an earlier.</summary>
    private bool TryMulticluster(DirectiveReader reader)
    {
        // CoreDNS starts with such a line.
        if (reader.Arguments.Count == 0)
        {
            context.Diagnostics.Warning(reader.Directive.Place, "multicluster has no zones and means nothing, expected 'multicluster ZONES...'");
        }

        bool isRight = true;
        List<Zone> found = [];
        foreach (Token token in reader.Arguments)
        {
            isRight &= reader.TryZones([token], [], out IReadOnlyList<Zone> zones);
            found.AddRange(zones);
            if (zones.Except(_zones).Any())
            {
                isRight = false;
                reader.Error(token.Place, $"'{token.Text}' is none of the zones of kubernetes, expected some of {string.Join(", ", _zones)}");
            }
        }

        _multiclusterZones = found;
        return isRight;
    }

    private void ParsePods(DirectiveReader reader)
    {
        if (!reader.ExpectArguments(1, 1, "pods disabled|insecure|verified") ||
            !reader.TryChoice(reader.Arguments[0], ["disabled", "insecure", "verified"], out string mode))
        {
            _isRight = false;
            return;
        }

        _pods = mode switch
        {
            "insecure" => PodsMode.Insecure,
            "verified" => PodsMode.Verified,
            _ => PodsMode.Disabled,
        };
    }

    private void Fail(SourcePlace place, string message)
    {
        _isRight = false;
        _reader.Error(place, message);
    }
}
