using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Common;

namespace ClusterDns.Plugins.Acl;

/// <summary>What becomes of a query that a policy is for.</summary>
public enum AclAction
{
    /// <summary>It is refused.</summary>
    Block,

    /// <summary>It is answered with nothing.</summary>
    Filter,

    /// <summary>It is not answered.</summary>
    Drop,

    /// <summary>It is allowed, whatever later policies say.</summary>
    Allow,
}

/// <summary>The options of the acl plugin.</summary>
/// <param name="Rules">Every <c>acl</c> of the server block, in order.</param>
public sealed record AclOptions(IReadOnlyList<AclRule> Rules);

/// <summary>One <c>acl</c> of a server block.</summary>
/// <param name="Zones">The names that it is for.</param>
/// <param name="Policies">Its lines, in order; the first that is for a query counts.</param>
public sealed record AclRule(IReadOnlyList<Zone> Zones, IReadOnlyList<AclPolicy> Policies);

/// <summary>One line of an <c>acl</c>.</summary>
/// <param name="Action">What becomes of queries that it is for.</param>
/// <param name="Types">The types that it is for; empty for all.</param>
/// <param name="Networks">The networks that it is for.</param>
public sealed record AclPolicy(AclAction Action, IReadOnlyList<RecordType> Types, IReadOnlyList<Subnet> Networks);
