using ClusterDns.Plugins.Common;

namespace ClusterDns.Plugins.Transfer;

/// <summary>Finds who gets a zone: the rule of the longest zone that it is in, the first of those that are alike.</summary>
/// <param name="rules">The rules, in the Corefile's order.</param>
internal sealed class TransferRules(IReadOnlyList<TransferRule> rules)
{
    private readonly ZoneSet<TransferRule> _rules = new(rules.SelectMany(static rule => rule.Zones.Select(zone => (zone, rule))));

    /// <summary>The rule of a name, or null.</summary>
    /// <param name="name">The name in wire form.</param>
    public TransferRule? Find(ReadOnlySpan<byte> name) => _rules.Match(name);
}
