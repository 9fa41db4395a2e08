using Microsoft.Extensions.Logging;

namespace ClusterDns.Plugins.Kubernetes.Api.Watching;

/// <summary>The log lines of a reflector: each failure once, and its end.</summary>
/// <param name="logger">The log.</param>
/// <param name="feed">The kind.</param>
internal sealed partial class ReflectorLog(ILogger logger, ObjectFeed feed)
{
    private readonly HashSet<string> _loggedDropReasons = new(StringComparer.Ordinal);
    private bool _isInTrouble;

    /// <summary>An attempt has ended.</summary>
    /// <param name="end">How.</param>
    public void Ended(in AttemptEnd end)
    {
        switch (end.Outcome)
        {
            case AttemptOutcome.Rebuilt:
                LogRebuilt(logger, feed.Resource);
                break;
            case AttemptOutcome.Failed or AttemptOutcome.Forbidden when !_isInTrouble:
                _isInTrouble = true;
                if (end.Outcome == AttemptOutcome.Failed)
                {
                    LogFailed(logger, feed.Resource, end.Reason);
                }
                else
                {
                    LogForbidden(
                        logger,
                        feed.Resource,
                        feed.IsEssential ? "only names that are already known are answered" : "names are answered without it",
                        end.Reason);
                }

                break;
        }
    }

    /// <summary>The kind is being watched.</summary>
    public void Works()
    {
        if (_isInTrouble)
        {
            _isInTrouble = false;
            LogWorks(logger, feed.Resource);
        }
    }

    /// <summary>An object was skipped.</summary>
    /// <param name="reason">Why.</param>
    public void Dropped(string reason)
    {
        if (_loggedDropReasons.Add(reason))
        {
            LogDropped(logger, feed.Resource, reason);
        }
    }

    /// <summary>Something happened that must not.</summary>
    /// <param name="exception">What.</param>
    public void Bug(Exception exception) => LogBug(logger, feed.Resource, exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Cannot watch {Resource}, retrying: {Reason}")]
    private static partial void LogFailed(ILogger logger, string resource, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Not permitted to watch {Resource}; {Consequence}. Retrying every minute: {Reason}")]
    private static partial void LogForbidden(ILogger logger, string resource, string consequence, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Watching {Resource} again")]
    private static partial void LogWorks(ILogger logger, string resource);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Cluster state was reset (restored or rebuilt); relisting {Resource}")]
    private static partial void LogRebuilt(ILogger logger, string resource);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Skipped {Reason} {Resource}; further ones are only counted (clusterdns_kubernetes_dropped_objects_total)")]
    private static partial void LogDropped(ILogger logger, string resource, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Watching {Resource} failed")]
    private static partial void LogBug(ILogger logger, string resource, Exception exception);
}
