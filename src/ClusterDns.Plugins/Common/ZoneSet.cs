using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;

namespace ClusterDns.Plugins.Common;

/// <summary>Zones, each with a value, which is found by the names that are in the zone. Of equal zones the first counts.</summary>
/// <param name="zones">The zones with their values.</param>
/// <typeparam name="T">The value.</typeparam>
internal class ZoneSet<T>(IEnumerable<(Zone Zone, T Value)> zones)
    where T : class
{
    private readonly Entry[] _longestFirst =
    [
        .. zones.Select(static item => new Entry(item.Zone, item.Value)).OrderByDescending(static entry => entry.Zone.LabelCount),
    ];

    /// <summary>Whether there is no zone.</summary>
    public bool IsEmpty => _longestFirst.Length == 0;

    /// <summary>The values, that of the longest zone first.</summary>
    protected IEnumerable<T> Values => _longestFirst.Select(static entry => entry.Value);

    /// <summary>The value of the longest zone that a query's name is in, or null.</summary>
    /// <param name="query">The query.</param>
    public T? Match(Query query)
    {
        Entry[] entries = _longestFirst;
        for (int i = 0; i < entries.Length; i++)
        {
            ref readonly Entry entry = ref entries[i];
            if (query.IsIn(entry.Zone))
            {
                return entry.Value;
            }
        }

        return null;
    }

    /// <summary>The value of the longest zone that a name is in, or null.</summary>
    /// <param name="name">The name, in wire form.</param>
    public T? Match(ReadOnlySpan<byte> name)
    {
        Entry[] entries = _longestFirst;
        for (int i = 0; i < entries.Length; i++)
        {
            ref readonly Entry entry = ref entries[i];
            if (DomainName.IsSubdomainOf(name, entry.Zone.Wire.Span))
            {
                return entry.Value;
            }
        }

        return null;
    }

    private readonly struct Entry(Zone zone, T value)
    {
        public Zone Zone { get; } = zone;

        public T Value { get; } = value;
    }
}

/// <summary>The zones that a plugin, or one of its options, is for.</summary>
/// <param name="zones">The zones.</param>
internal sealed class ZoneSet(IEnumerable<Zone> zones) : ZoneSet<Zone>(zones.Select(static zone => (zone, zone)))
{
    /// <summary>No zone at all.</summary>
    public static ZoneSet None { get; } = new([]);

    /// <summary>The zones whose names are in a zone of both sets.</summary>
    /// <param name="other">The other set.</param>
    public ZoneSet Intersect(ZoneSet other)
        => new(Values.Where(zone => other.Match(zone.Wire.Span) is not null)
            .Union(other.Values.Where(zone => Match(zone.Wire.Span) is not null)));
}
