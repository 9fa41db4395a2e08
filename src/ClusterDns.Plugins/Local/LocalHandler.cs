using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using Microsoft.Extensions.Logging;

namespace ClusterDns.Plugins.Local;

/// <summary>
/// Answers <c>localhost</c> and what is below it (RFC 6761 section 6.3), and the reverse zones of networks that are never anywhere
/// else (RFC 6303 section 4.2).
/// </summary>
internal sealed partial class LocalHandler : PluginHandler
{
    private readonly bool _prefix;
    private readonly Counter _requests;
    private readonly ILogger _log;

    /// <summary>A link.</summary>
    /// <param name="next">The link below.</param>
    /// <param name="options">The options.</param>
    /// <param name="requests">Counts what is meant for the client's own host by its prefix.</param>
    /// <param name="log">Logs names that should not have been asked.</param>
    public LocalHandler(PluginHandler next, LocalOptions options, Counter requests, ILogger log)
        : base(next)
    {
        _prefix = options.Prefix;
        _requests = requests;
        _log = log;
    }

    /// <inheritdoc/>
    public override string Name => "local";

    /// <inheritdoc/>
    public override ValueTask ServeAsync(Query query)
    {
        int labels = query.LabelCount;
        if (labels == 0)
        {
            return NextAsync(query);
        }

        bool isLocalhost = query.GetLabel(labels - 1).SequenceEqual("localhost"u8);
        if (labels > 1 && (isLocalhost || (_prefix && query.GetLabel(0).SequenceEqual("localhost"u8))))
        {
            _requests.Add();
            LogIntercepted(query);
            LocalAnswer.ForHost(query, isZone: false);
        }
        else if (isLocalhost)
        {
            LocalAnswer.ForHost(query, isZone: true);
        }
        else if (IsReverse(query))
        {
            LocalAnswer.ForReverse(query);
        }
        else
        {
            return NextAsync(query);
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Whether the name is in <c>0.in-addr.arpa</c>, <c>127.in-addr.arpa</c> or <c>255.in-addr.arpa</c>.</summary>
    private static bool IsReverse(Query query)
    {
        int labels = query.LabelCount;
        return labels >= LocalAnswer.ReverseZoneLabels &&
            query.GetLabel(labels - 1).SequenceEqual("arpa"u8) &&
            query.GetLabel(labels - 2).SequenceEqual("in-addr"u8) &&
            (query.GetLabel(labels - 3).SequenceEqual("127"u8) ||
                query.GetLabel(labels - 3).SequenceEqual("0"u8) ||
                query.GetLabel(labels - 3).SequenceEqual("255"u8));
    }

    private void LogIntercepted(Query query)
    {
        if (_log.IsEnabled(LogLevel.Debug))
        {
            string name = DomainName.ToText(query.Name);
            string type = RecordTypes.ToText(query.Type);
            string client = query.Remote.ToIPAddress().ToString();
            LogIntercepted(name, type, client);
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Intercepting localhost query for \"{Name}\" {Type}, from {Client}")]
    private partial void LogIntercepted(string name, string type, string client);
}
