using System.Collections.Concurrent;
using ClusterDns.Core.Wire;
using Microsoft.Extensions.Logging;

namespace ClusterDns.Plugins.Forward;

/// <summary>Logs that an upstream sends malformed replies, once a minute at most for each upstream.</summary>
/// <param name="timeProvider">The clock.</param>
/// <param name="logger">Where to.</param>
internal sealed partial class MalformedReplyLog(TimeProvider timeProvider, ILogger logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    /// <summary>When each upstream was logged last; as many as there are upstreams.</summary>
    private readonly ConcurrentDictionary<string, long> _logged = new(StringComparer.Ordinal);

    /// <summary>Reports a reply.</summary>
    /// <param name="upstream">The upstream's address and port.</param>
    /// <param name="fault">What is malformed.</param>
    public void Report(string upstream, MessageFault fault)
    {
        long now = timeProvider.GetTimestamp();
        bool mayLog = _logged.TryGetValue(upstream, out long last)
            ? timeProvider.GetElapsedTime(last, now) >= Interval && _logged.TryUpdate(upstream, now, last)
            : _logged.TryAdd(upstream, now);
        if (!mayLog)
        {
            return;
        }

        if (fault is MessageFault.Additional or MessageFault.Trailing)
        {
            LogIgnored(logger, upstream, fault == MessageFault.Additional ? "the additional section" : "the data after the last record");
        }
        else
        {
            LogRejected(logger, upstream, UpstreamMetrics.SectionOf(fault));
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Upstream {Upstream} sent a malformed reply ({Section}), which is not used. Further malformed replies within a minute are only counted")]
    private static partial void LogRejected(ILogger logger, string upstream, string section);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Upstream {Upstream} sent a malformed reply; {Part} was dropped. Further malformed replies within a minute are only counted")]
    private static partial void LogIgnored(ILogger logger, string upstream, string part);
}
