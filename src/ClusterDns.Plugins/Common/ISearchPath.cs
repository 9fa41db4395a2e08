using ClusterDns.Core.Pipeline;

namespace ClusterDns.Plugins.Common;

/// <summary>Knows the domains in which clients look for a name, one after the other: the search path of their resolv.conf.</summary>
internal interface ISearchPath
{
    /// <summary>Finds out whether a query is the first of a search, and where the search would continue.</summary>
    /// <param name="query">The query.</param>
    /// <param name="baseLength">How many bytes of the name asked the client looks for; the rest is the first domain.</param>
    /// <returns>
    /// The domains after the first one, in wire form, the root last; null where the client would not begin a search with this name.
    /// </returns>
    byte[][]? Find(Query query, out int baseLength);
}

/// <summary>What a plugin offers that knows its clients' search paths.</summary>
internal interface ISearchPathSource
{
    /// <summary>The plugin's name, which follows '@' in *autopath*.</summary>
    string Plugin { get; }

    /// <summary>Makes their search path.</summary>
    /// <param name="hostDomains">The domains that the host adds for all of them, in wire form.</param>
    ISearchPath CreatePath(IReadOnlyList<byte[]> hostDomains);
}
