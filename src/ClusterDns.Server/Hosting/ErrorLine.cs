using ClusterDns.Server.Logging;

namespace ClusterDns.Server.Hosting;

/// <summary>Why a start failed, as one line.</summary>
internal static class ErrorLine
{
    /// <summary>An exception's message, without line breaks.</summary>
    /// <param name="exception">The exception.</param>
    public static string Of(Exception exception)
        => exception is OutOfMemoryException ? "out of memory" : LogLine.Escape(exception.Message);
}
