using System.Runtime.InteropServices;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Upstreams;
using ClusterDns.Core.Wire;

namespace ClusterDns.Plugins.Forward.Sharing;

/// <summary>What the query that asks found out, for the queries that follow it.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct SharedOutcome
{
    /// <summary>A follower's own time is over, or nobody waits for its answer any more.</summary>
    public static SharedOutcome Dropped { get; } = new() { Status = ResponseStatus.Dropped };

    /// <summary>The reply; null where there is none.</summary>
    public SharedReply? Reply { get; private init; }

    /// <summary>The transport of the reply.</summary>
    public UpstreamProtocol Protocol { get; private init; }

    /// <summary>The upstream that was asked last; null when none was.</summary>
    public string? Upstream { get; private init; }

    /// <summary>Whether the next *forward* is to be asked.</summary>
    public bool PassesOn { get; private init; }

    /// <summary>Whether the query that asked gave up for itself alone: whoever followed it asks again.</summary>
    public bool AsksAgain { get; private init; }

    private ResponseStatus Status { get; init; }

    private ResponseCode Code { get; init; }

    private string? Failure { get; init; }

    private ushort? ExtendedErrorCode { get; init; }

    private ReadOnlyMemory<byte> ExtendedErrorText { get; init; }

    /// <summary>What a query found out.</summary>
    /// <param name="leader">The query with its response.</param>
    /// <param name="reply">The reply that the response is; null where there is none.</param>
    /// <param name="protocol">The transport of the reply.</param>
    /// <param name="passesOn">Whether the next *forward* is to be asked.</param>
    public static SharedOutcome Of(Query leader, SharedReply? reply, UpstreamProtocol protocol, bool passesOn)
    {
        Response response = leader.Response;
        return new SharedOutcome
        {
            Reply = reply,
            Protocol = protocol,
            Upstream = leader.Upstream,
            PassesOn = passesOn,
            AsksAgain = reply is null && response.Status == ResponseStatus.Dropped,
            Status = response.Status == ResponseStatus.None ? ResponseStatus.Failed : response.Status,
            Code = response.Status == ResponseStatus.None ? ResponseCode.ServFail : response.Code,
            Failure = response.Failure,
            ExtendedErrorCode = response.ExtendedErrorCode,

            ExtendedErrorText = reply is null ? response.ExtendedErrorText.ToArray() : default,
        };
    }

    /// <summary>Settles a follower's response, where there is no reply.</summary>
    /// <param name="response">The response.</param>
    /// <param name="plugin">The plugin's name.</param>
    public void CopyTo(Response response, string plugin)
    {
        switch (Status)
        {
            case ResponseStatus.Dropped:
                response.Drop(plugin);
                return;
            case ResponseStatus.Answered:
                response.Answer(plugin, Code, authoritative: false);
                break;
            default:
                response.Fail(plugin, Code, Failure);
                break;
        }

        if (ExtendedErrorCode is { } code)
        {
            response.SetExtendedError(code, ExtendedErrorText.Span);
        }
    }
}
