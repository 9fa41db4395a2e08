using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;

namespace ClusterDns.Plugins.Autopath;

/// <summary>A search for the beginning of a name, domain by domain.</summary>
/// <param name="domains">The domains in wire form.</param>
/// <param name="baseLength">How many bytes of the name asked are looked for.</param>
/// <param name="next">The domain that is next.</param>
internal struct Search(byte[][] domains, int baseLength, int next)
{
    private int _next = next;

    /// <summary>Makes the next question.</summary>
    /// <param name="query">The client's query.</param>
    /// <param name="child">The question.</param>
    /// <returns>False at the end, and where no more questions may be asked for one of a client's.</returns>
    [SkipLocalsInit]
    public bool TryNext(Query query, [NotNullWhen(true)] out Query? child)
    {
        Span<byte> name = stackalloc byte[DomainName.MaxWireLength];
        while (_next < domains.Length)
        {
            ReadOnlySpan<byte> domain = domains[_next++];
            int length = baseLength + domain.Length;

            // A name that is too long is one that the client cannot ask for either.
            if (length <= name.Length)
            {
                query.QuestionName[..baseLength].CopyTo(name);
                domain.CopyTo(name[baseLength..]);
                child = InternalQuery.TryCreate(query, name[..length], query.Type);
                return child is not null;
            }
        }

        child = null;
        return false;
    }
}
