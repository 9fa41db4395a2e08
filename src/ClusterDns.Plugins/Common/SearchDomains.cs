using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;

namespace ClusterDns.Plugins.Common;

/// <summary>A search path that all clients have.</summary>
/// <param name="domains">Its domains in wire form; at least one.</param>
internal sealed class SearchDomains(IReadOnlyList<byte[]> domains) : ISearchPath
{
    private readonly byte[] _first = domains[0];
    private readonly byte[][] _others = [.. domains.Skip(1), DomainName.Root.ToArray()];

    /// <inheritdoc/>
    public byte[][]? Find(Query query, out int baseLength)
    {
        baseLength = query.Name.Length - _first.Length;
        return baseLength > 0 && DomainName.IsSubdomainOf(query.Name, _first) ? _others : null;
    }
}
