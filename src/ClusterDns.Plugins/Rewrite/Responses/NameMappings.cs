using System.Runtime.CompilerServices;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Rewrite.Names;

namespace ClusterDns.Plugins.Rewrite.Responses;

/// <summary>What becomes of a name.</summary>
internal enum MappedName : byte
{
    /// <summary>It stays.</summary>
    Same,

    /// <summary>There is another name for it.</summary>
    Changed,

    /// <summary>What there is for it is not a domain name.</summary>
    Invalid,
}

/// <summary>Gives names of records other names.</summary>
internal interface INameMapping
{
    /// <summary>Maps a name.</summary>
    /// <param name="name">The name in wire form, in any case.</param>
    /// <param name="destination">Receives the other name: 255 octets.</param>
    /// <param name="length">The other name's length.</param>
    MappedName Map(scoped ReadOnlySpan<byte> name, scoped Span<byte> destination, out int length);
}

/// <summary>Gives names that a pattern matches the names that it makes of them.</summary>
/// <param name="pattern">The pattern; it sees names in lower case.</param>
internal readonly struct PatternMapping(NamePattern pattern) : INameMapping
{
    /// <inheritdoc/>
    [SkipLocalsInit]
    public MappedName Map(scoped ReadOnlySpan<byte> name, scoped Span<byte> destination, out int length)
    {
        Span<byte> lower = stackalloc byte[DomainName.MaxWireLength];
        DomainName.ToLowerInvariant(name, lower);
        NameText text = new(stackalloc byte[NameText.MaxLength], stackalloc char[NameText.MaxLength]);
        text.Set(lower[..name.Length]);
        length = 0;
        return !pattern.Matches(ref text) ? MappedName.Same
            : pattern.TryReplace(ref text, destination, out length) ? MappedName.Changed
            : MappedName.Invalid;
    }
}

/// <summary>Gives one name, and those below it, another end.</summary>
/// <param name="from">The name.</param>
/// <param name="to">The name that takes its place.</param>
internal readonly ref struct RestoredName(ReadOnlySpan<byte> from, ReadOnlySpan<byte> to) : INameMapping
{
    private readonly ReadOnlySpan<byte> _from = from;
    private readonly ReadOnlySpan<byte> _to = to;

    /// <inheritdoc/>
    public MappedName Map(scoped ReadOnlySpan<byte> name, scoped Span<byte> destination, out int length)
    {
        length = 0;

        // Everything is below the root, and only the root itself was asked for.
        bool isRoot = _from.Length == 1;
        if (isRoot ? name.Length != 1 : !DomainName.IsSubdomainOf(name, _from))
        {
            return MappedName.Same;
        }

        ReadOnlySpan<byte> labels = name[..^_from.Length];
        length = labels.Length + _to.Length;
        if (length > DomainName.MaxWireLength)
        {
            return MappedName.Invalid;
        }

        labels.CopyTo(destination);
        _to.CopyTo(destination[labels.Length..]);
        return MappedName.Changed;
    }
}
