using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Rewrite.Names;

namespace ClusterDns.Plugins.Rewrite.Rules;

/// <summary>A rule that leaves the query as it is, and changes the response to it.</summary>
/// <param name="continues">Whether rules after this one are tried where it applies.</param>
/// <param name="pattern">The names; null for all.</param>
internal abstract class ResponseRule(bool continues, NamePattern? pattern) : RewriteRule(continues)
{
    /// <inheritdoc/>
    public override NamePattern? Pattern => pattern;

    /// <inheritdoc/>
    public override RuleOutcome Apply(Query query, ref NameText name, AppliedRules applied)
    {
        applied.Add();
        return RuleOutcome.Applied;
    }
}

/// <summary>Brings the time to live of every record into a range.</summary>
/// <param name="continues">Whether rules after this one are tried where it applies.</param>
/// <param name="pattern">The names.</param>
/// <param name="range">The range.</param>
internal sealed class TimeToLiveRule(bool continues, NamePattern pattern, TimeToLiveRange range) : ResponseRule(continues, pattern)
{
    /// <inheritdoc/>
    public override bool TryRewriteResponse(Response response, AppliedRules applied, in AppliedRule step)
    {
        for (ResponseSection section = ResponseSection.Answer; section <= ResponseSection.Additional; section++)
        {
            foreach (ref ResponseRecord record in response[section].Span)
            {
                record.TimeToLive = Math.Clamp(record.TimeToLive, range.Least, range.Most);
            }
        }

        return true;
    }
}

/// <summary>Replaces a response code.</summary>
/// <param name="continues">Whether rules after this one are tried where it applies.</param>
/// <param name="pattern">The names.</param>
/// <param name="from">The code that is replaced.</param>
/// <param name="to">The code that takes its place.</param>
internal sealed class CodeRule(bool continues, NamePattern pattern, ResponseCode from, ResponseCode to) : ResponseRule(continues, pattern)
{
    /// <inheritdoc/>
    public override bool TryRewriteResponse(Response response, AppliedRules applied, in AppliedRule step)
    {
        if (response.Code == from)
        {
            response.Code = to;
        }

        return true;
    }
}

/// <summary>
/// Gives the first alias in an answer whose target matches another target, and replaces what follows it with what the server answers for that. The
/// handler does it, since it may have to wait.
/// </summary>
/// <param name="continues">Whether rules after this one are tried where it applies.</param>
/// <param name="target">Which targets, and what becomes of them.</param>
internal sealed class TargetRule(bool continues, NamePattern target) : ResponseRule(continues, pattern: null)
{
    /// <summary>Which targets, and what becomes of them.</summary>
    public NamePattern Target => target;
}
