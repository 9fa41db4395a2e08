using ClusterDns.Core.Corefiles;
using ClusterDns.Plugins.Common;

namespace ClusterDns.Plugins.Transfer;

/// <summary>Finds who gets a zone: the rule of the longest zone that it is in, the first of those that are alike.</summary>
internal sealed class TransferRules
{
    private readonly Dictionary<string, TransferRule> _rules = new(StringComparer.Ordinal);
    private readonly ZoneSet _zones;

    /// <summary>Some rules.</summary>
    /// <param name="rules">The rules, in the Corefile's order.</param>
    public TransferRules(IReadOnlyList<TransferRule> rules)
    {
        foreach (TransferRule rule in rules)
        {
            foreach (Zone zone in rule.Zones)
            {
                _rules.TryAdd(zone.Text, rule);
            }
        }

        _zones = new ZoneSet(rules.SelectMany(static rule => rule.Zones).Distinct());
    }

    /// <summary>The rule of a name, or null.</summary>
    /// <param name="name">The name in wire form.</param>
    public TransferRule? Find(ReadOnlySpan<byte> name) => _zones.Match(name) is { } zone ? _rules[zone.Text] : null;
}
