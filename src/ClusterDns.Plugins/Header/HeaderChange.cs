using ClusterDns.Core.Wire;

namespace ClusterDns.Plugins.Header;

/// <summary>What becomes of flags when all rules have been applied, one after the other.</summary>
/// <param name="Set">Those that are set.</param>
/// <param name="Clear">Those that are cleared; none of the others.</param>
public readonly record struct HeaderChange(HeaderFlags Set, HeaderFlags Clear)
{
    /// <summary>No change.</summary>
    public static HeaderChange None => default;

    /// <summary>Whether nothing changes.</summary>
    public bool IsNone => (Set | Clear) == HeaderFlags.None;

    /// <summary>The change with another rule after it, which has the last word.</summary>
    /// <param name="flags">Which flags.</param>
    /// <param name="sets">Whether they are set; else they are cleared.</param>
    public HeaderChange With(HeaderFlags flags, bool sets)
        => sets ? new HeaderChange(Set | flags, Clear & ~flags) : new HeaderChange(Set & ~flags, Clear | flags);

    /// <summary>What a flag becomes; null when it stays as it is.</summary>
    /// <param name="flag">One flag.</param>
    public bool? Of(HeaderFlags flag)
        => (Set & flag) != HeaderFlags.None ? true
            : (Clear & flag) != HeaderFlags.None ? false
            : null;
}
