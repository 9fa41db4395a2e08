namespace ClusterDns.Server.Hosting;

/// <summary>Why the process is to end.</summary>
internal enum StopReason
{
    /// <summary>In good order: what was asked is answered first.</summary>
    Graceful,

    /// <summary>At once.</summary>
    Immediate,
}
