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
    /// <param name="context">The client's query.</param>
    /// <param name="query">The question.</param>
    /// <returns>False at the end, and where no more questions may be asked for one of a client's.</returns>
    [SkipLocalsInit]
    public bool TryNext(QueryContext context, [NotNullWhen(true)] out QueryContext? query)
    {
        Span<byte> name = stackalloc byte[DomainName.MaxWireLength];
        while (_next < domains.Length)
        {
            ReadOnlySpan<byte> domain = domains[_next++];
            int length = baseLength + domain.Length;

            // A name that is too long is one that the client cannot ask for either.
            if (length <= name.Length)
            {
                context.QuestionName[..baseLength].CopyTo(name);
                domain.CopyTo(name[baseLength..]);
                query = InternalQuery.TryCreate(context, name[..length], context.Type);
                return query is not null;
            }
        }

        query = null;
        return false;
    }
}
