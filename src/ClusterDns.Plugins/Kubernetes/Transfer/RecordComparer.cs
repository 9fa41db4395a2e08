using System.Diagnostics.CodeAnalysis;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Kubernetes.Index;

namespace ClusterDns.Plugins.Kubernetes.Transfer;

/// <summary>Compares records, so that a zone has none twice (RFC 2181 section 5). Owner names are in lower case.</summary>
internal sealed class RecordComparer : IEqualityComparer<ResponseRecord>
{
    private RecordComparer()
    {
    }

    /// <summary>The only instance; it has no state.</summary>
    public static RecordComparer Instance { get; } = new();

    /// <inheritdoc/>
    public bool Equals(ResponseRecord x, ResponseRecord y)
        => x.Type == y.Type && x.Rdata.SequenceEqual(y.Rdata) && x.Owner.SequenceEqual(y.Owner);

    /// <inheritdoc/>
    public int GetHashCode([DisallowNull] ResponseRecord obj)
        => HashCode.Combine(obj.Type, KeyedHash.Of(obj.Rdata), DomainName.GetHashCode64(obj.Owner));
}
