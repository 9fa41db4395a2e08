namespace ClusterDns.Plugins.Kubernetes.Api.Watching;

/// <summary>Why a reflector's attempt has ended.</summary>
internal enum AttemptOutcome : byte
{
    /// <summary>The server ended the watch, as it does after some minutes.</summary>
    Closed,

    /// <summary>The version that is held is no longer known: everything is to be listed again.</summary>
    Expired,

    /// <summary>The history is another one: everything is to be listed again.</summary>
    Rebuilt,

    /// <summary>Another way of listing is to be tried.</summary>
    OtherWay,

    /// <summary>The kind is not there, or the client may not see it.</summary>
    Forbidden,

    /// <summary>Anything else went wrong.</summary>
    Failed,
}

/// <summary>How a reflector's attempt has ended.</summary>
/// <param name="Outcome">Why.</param>
/// <param name="Reason">What went wrong, for the log.</param>
/// <param name="RetryAfter">How long the server wants to be left alone; zero where it does not say.</param>
internal readonly record struct AttemptEnd(AttemptOutcome Outcome, string Reason = "", TimeSpan RetryAfter = default);
