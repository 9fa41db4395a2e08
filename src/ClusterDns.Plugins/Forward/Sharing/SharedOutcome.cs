using System.Runtime.InteropServices;
using ClusterDns.Core.Upstreams;
using ClusterDns.Core.Wire;

namespace ClusterDns.Plugins.Forward.Sharing;

/// <summary>What the query that asks found out, for the queries that follow it.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct SharedOutcome
{
    /// <summary>Whether the follower's own time was over, or nobody waits for its answer any more.</summary>
    public bool IsDropped { get; init; }

    /// <summary>The reply; null where there is none.</summary>
    public SharedReply? Reply { get; init; }

    /// <summary>The transport of the reply.</summary>
    public UpstreamProtocol Protocol { get; init; }

    /// <summary>The response code, where there is no reply.</summary>
    public ResponseCode Code { get; init; }

    /// <summary>What went wrong, where there is no reply.</summary>
    public string? Failure { get; init; }

    /// <summary>The upstream that was asked last; null when none was.</summary>
    public string? Upstream { get; init; }

    /// <summary>Whether the next *forward* is to be asked.</summary>
    public bool PassesOn { get; init; }
}
