using System.Diagnostics.CodeAnalysis;

namespace ClusterDns.Core.Wire;

/// <summary>
/// Compares names in wire form without regard to ASCII case, for dictionaries whose keys are kept as arrays and looked
/// up by spans (<c>GetAlternateLookup&lt;ReadOnlySpan&lt;byte&gt;&gt;()</c>).
/// </summary>
public sealed class DomainNameComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
{
    private DomainNameComparer()
    {
    }

    /// <summary>The only instance; it has no state.</summary>
    public static DomainNameComparer Instance { get; } = new();

    /// <inheritdoc/>
    public bool Equals(byte[]? x, byte[]? y) =>
        ReferenceEquals(x, y) || (x is not null && y is not null && DomainName.Equals(x, y));

    /// <inheritdoc/>
    public int GetHashCode([DisallowNull] byte[] obj) => DomainName.GetHashCode(obj);

    /// <inheritdoc/>
    public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => DomainName.Equals(alternate, other);

    /// <inheritdoc/>
    public int GetHashCode(ReadOnlySpan<byte> alternate) => DomainName.GetHashCode(alternate);

    /// <inheritdoc/>
    public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
}
