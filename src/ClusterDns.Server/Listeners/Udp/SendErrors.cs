using ClusterDns.Core.Metrics;
using ClusterDns.Server.Interop;

namespace ClusterDns.Server.Listeners.Udp;

/// <summary>Counts an answer that could not be sent under its reason. It is lost: the client asks again, as it must anyway.</summary>
internal static class SendErrors
{
    /// <summary>Counts one.</summary>
    /// <param name="metrics">The counters.</param>
    /// <param name="error">The value of <c>errno</c>.</param>
    internal static void Count(ListenerMetrics metrics, int error)
    {
        Counter counter = error switch
        {
            ErrorNumbers.WouldBlock => metrics.SendBlocked,
            ErrorNumbers.NoBuffers or ErrorNumbers.OutOfMemory => metrics.SendNoBuffers,
            ErrorNumbers.NotPermitted or ErrorNumbers.AccessDenied => metrics.SendNotPermitted,
            ErrorNumbers.MessageTooLong => metrics.SendTooLarge,
            ErrorNumbers.NetworkUnreachable or ErrorNumbers.HostUnreachable => metrics.SendUnreachable,
            _ => metrics.SendFailed,
        };
        counter.Add();
    }
}
