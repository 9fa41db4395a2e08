using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Common;
using ClusterDns.Plugins.Forward.Sharing;

namespace ClusterDns.Plugins.Forward;

/// <summary>Passes the queries of a zone to upstreams.</summary>
internal sealed class ForwardHandler : PluginHandler
{
    /// <summary>The plugin's name, for responses.</summary>
    public const string PluginName = "forward";

    private readonly SharedAttempts _attempts;
    private readonly ZoneSet _from;
    private readonly ZoneSet _except;

    /// <summary>A link.</summary>
    /// <param name="next">The link below.</param>
    /// <param name="options">The options.</param>
    /// <param name="targets">The upstreams, at least one.</param>
    /// <param name="selector">Says which to begin with.</param>
    /// <param name="metrics">What is counted.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="malformed">Reports replies that are malformed.</param>
    /// <param name="flights">The queries on their way, of all server blocks.</param>
    public ForwardHandler(
        PluginHandler next,
        ForwardStanza options,
        ForwardTarget[] targets,
        UpstreamSelector selector,
        ForwardMetrics metrics,
        TimeProvider timeProvider,
        MalformedReplyLog malformed,
        FlightTable flights)
        : base(next)
    {
        UpstreamAttempts attempts = new(options, targets, selector, metrics, timeProvider, malformed, isBeforeAnother: next is ForwardHandler);
        _attempts = new SharedAttempts(attempts, NextAsync, options.MaxConcurrent, flights, metrics, timeProvider);
        _from = new ZoneSet([options.From]);
        _except = new ZoneSet(options.Except);
    }

    /// <inheritdoc/>
    public override string Name => PluginName;

    /// <inheritdoc/>
    public override ValueTask ServeAsync(Query query)
    {
        if (_from.Match(query) is null || _except.Match(query) is not null)
        {
            return NextAsync(query);
        }

        // A cookie is between the client and this server, which has none: the upstream would answer for another address (RFC 7873 section 5.2).
        // A signature covers it, though, and only the client can sign.
        if (!query.IsSigned)
        {
            query.RemoveOption(EdnsOptionCode.Cookie);
        }

        if (!query.TryBeginWait())
        {
            query.Response.Fail(Name, ResponseCode.ServFail, "too many queries wait for an answer");
            return ValueTask.CompletedTask;
        }

        return _attempts.ShareAsync(query);
    }
}
