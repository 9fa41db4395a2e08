using ClusterDns.Core.Corefiles;

namespace ClusterDns.Plugins.Log;

/// <summary>The options of the log plugin.</summary>
/// <param name="Rules">What is logged of which names; the first rule whose zone a name is in decides.</param>
public sealed record LogOptions(IReadOnlyList<LogRule> Rules);

/// <summary>How the queries of a zone are logged.</summary>
/// <param name="Zone">The zone.</param>
/// <param name="Format">The line, with placeholders.</param>
/// <param name="Classes">The classes of responses that are logged, as a set.</param>
public sealed record LogRule(Zone Zone, string Format, LogClasses Classes);

/// <summary>Classes of responses.</summary>
[Flags]
public enum LogClasses
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Answers and delegations.</summary>
    Success = 1,

    /// <summary>NXDOMAIN and NODATA.</summary>
    Denial = 2,

    /// <summary>Anything else.</summary>
    Error = 4,

    /// <summary>All of them.</summary>
    All = Success | Denial | Error,
}
