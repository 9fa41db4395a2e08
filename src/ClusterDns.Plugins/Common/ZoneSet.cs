using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Wire;

namespace ClusterDns.Plugins.Common;

/// <summary>The zones that a plugin, or one of its options, is for.</summary>
/// <param name="zones">The zones.</param>
internal sealed class ZoneSet(IEnumerable<Zone> zones)
{
    private readonly Zone[] _longestFirst = [.. zones.OrderByDescending(static zone => DomainName.CountLabels(zone.Wire.Span))];

    /// <summary>No zone at all.</summary>
    public static ZoneSet None { get; } = new([]);

    /// <summary>Whether there is no zone.</summary>
    public bool IsEmpty => _longestFirst.Length == 0;

    /// <summary>The longest zone that a name is in, or null.</summary>
    /// <param name="name">The name, in wire form.</param>
    public Zone? Match(ReadOnlySpan<byte> name)
    {
        foreach (Zone zone in _longestFirst)
        {
            if (DomainName.IsSubdomainOf(name, zone.Wire.Span))
            {
                return zone;
            }
        }

        return null;
    }
}
