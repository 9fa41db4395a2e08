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
    /// <param name="log">Where names are told that should not have been asked.</param>
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
    public override ValueTask ServeAsync(QueryContext context)
    {
        int labels = context.LabelCount;
        if (labels == 0)
        {
            return NextAsync(context);
        }

        bool isLocalhost = context.GetLabel(labels - 1).SequenceEqual("localhost"u8);
        if (labels > 1 && (isLocalhost || (_prefix && context.GetLabel(0).SequenceEqual("localhost"u8))))
        {
            _requests.Add();
            Tell(context);
            LocalAnswer.ForHost(context, isZone: false);
        }
        else if (isLocalhost)
        {
            LocalAnswer.ForHost(context, isZone: true);
        }
        else if (IsReverse(context))
        {
            LocalAnswer.ForReverse(context);
        }
        else
        {
            return NextAsync(context);
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Whether the name is in <c>0.in-addr.arpa</c>, <c>127.in-addr.arpa</c> or <c>255.in-addr.arpa</c>.</summary>
    private static bool IsReverse(QueryContext context)
    {
        int labels = context.LabelCount;
        return labels >= LocalAnswer.ReverseZoneLabels &&
            context.GetLabel(labels - 1).SequenceEqual("arpa"u8) &&
            context.GetLabel(labels - 2).SequenceEqual("in-addr"u8) &&
            (context.GetLabel(labels - 3).SequenceEqual("127"u8) ||
                context.GetLabel(labels - 3).SequenceEqual("0"u8) ||
                context.GetLabel(labels - 3).SequenceEqual("255"u8));
    }

    private void Tell(QueryContext context)
    {
        if (_log.IsEnabled(LogLevel.Debug))
        {
            string name = DomainName.ToText(context.Name);
            string type = RecordTypes.ToText(context.Type);
            string client = context.Remote.ToIPAddress().ToString();
            LogIntercepted(name, type, client);
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Intercepting localhost query for \"{Name}\" {Type}, from {Client}")]
    private partial void LogIntercepted(string name, string type, string client);
}
