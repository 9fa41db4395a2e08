using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;

namespace ClusterDns.Server.Serving;

/// <summary>
/// The server blocks of one listener, found by the longest zone that is a suffix of the name asked. Blocks of the same zone are
/// tried in the Corefile's order until one's predicate takes the query.
/// </summary>
internal sealed class RoutingTable
{
    private readonly Level[] _levels;

    /// <summary>A table of blocks.</summary>
    /// <param name="blocks">The blocks, in the Corefile's order.</param>
    public RoutingTable(IEnumerable<Route> blocks)
    {
        _levels =
        [
            .. blocks
                .GroupBy(static block => DomainName.CountLabels(block.Info.ZoneWire.Span))
                .OrderByDescending(static level => level.Key)
                .Select(static level => new Level(level.Key, level)),
        ];
    }

    /// <summary>The block that answers a query, or null when none takes it.</summary>
    /// <param name="query">The query.</param>
    public Route? Find(Query query)
    {
        bool isDelegationSigner = query.Type == RecordType.DS;
        Route? ofApex = null;
        foreach (Level level in _levels)
        {
            if (level.LabelCount > query.LabelCount)
            {
                continue;
            }

            int firstLabel = query.LabelCount - level.LabelCount;
            Route? block = level.Find(query.Name[query.GetLabelOffset(firstLabel)..], query);
            if (block is null)
            {
                continue;
            }

            // A zone's DS records stand in its parent (RFC 4035 section 3.1.4.1): a wider block that is served here has them. The
            // root block is not asked, since it usually forwards to servers that know nothing of a private zone.
            if (isDelegationSigner && firstLabel == 0)
            {
                ofApex = block;
                continue;
            }

            return ofApex is not null && level.LabelCount == 0 ? ofApex : block;
        }

        return ofApex;
    }

    /// <summary>The zones that have the same number of labels.</summary>
    private sealed class Level
    {
        private readonly Dictionary<byte[], Route[]>.AlternateLookup<ReadOnlySpan<byte>> _zones;
        private readonly Route[]? _root;

        public Level(int labelCount, IEnumerable<Route> blocks)
        {
            LabelCount = labelCount;
            Dictionary<byte[], Route[]> zones = new(DomainNameComparer.Instance);
            foreach (IGrouping<byte[], Route> zone in blocks.GroupBy(
                static block => block.Info.ZoneWire.ToArray(), DomainNameComparer.Instance))
            {
                zones.Add(zone.Key, [.. zone]);
            }

            _zones = zones.GetAlternateLookup<ReadOnlySpan<byte>>();
            _root = labelCount == 0 ? zones.Values.Single() : null;
        }

        public int LabelCount { get; }

        public Route? Find(ReadOnlySpan<byte> suffix, Query query)
        {
            // The root is a suffix of every name: most Corefiles have nothing else, and need no look-up.
            Route[]? blocks = _root;
            if (blocks is null && !_zones.TryGetValue(suffix, out blocks))
            {
                return null;
            }

            foreach (Route block in blocks)
            {
                if (block.Predicate is null || block.Predicate(query))
                {
                    return block;
                }
            }

            return null;
        }
    }
}
