using ClusterDns.Core.Pipeline;
using ClusterDns.Plugins.Rewrite.Names;

namespace ClusterDns.Plugins.Rewrite.Rules;

/// <summary>What a rule did to a query.</summary>
internal enum RuleOutcome : byte
{
    /// <summary>Nothing: the next rule is tried, whatever the mode.</summary>
    Ignored,

    /// <summary>It applies, and the name is as before.</summary>
    Applied,

    /// <summary>It applies, and the name is another.</summary>
    Renamed,

    /// <summary>It would make a name that is not a domain name.</summary>
    Invalid,
}

/// <summary>One <c>rewrite</c>.</summary>
/// <param name="continues">Whether rules after this one are tried where it applies.</param>
internal abstract class RewriteRule(bool continues)
{
    /// <summary>Whether rules after this one are tried where it applies.</summary>
    public bool Continues => continues;

    /// <summary>The names that the rule is for; null where it looks at something else.</summary>
    public virtual NamePattern? Pattern => null;

    /// <summary>Whether the rule may apply to a query; its name aside.</summary>
    /// <param name="query">The query.</param>
    public virtual bool IsFor(Query query) => true;

    /// <summary>Rewrites a query on its way down; <see cref="IsFor"/> is true and <see cref="Pattern"/> matches its name.</summary>
    /// <param name="query">The query.</param>
    /// <param name="name">Its name.</param>
    /// <param name="applied">Remembers what the way up needs.</param>
    public abstract RuleOutcome Apply(Query query, ref NameText name, AppliedRules applied);

    /// <summary>Rewrites the response on its way up.</summary>
    /// <param name="response">The response: each record has an owner of its own.</param>
    /// <param name="applied">What was remembered.</param>
    /// <param name="step">The rule's part of it.</param>
    /// <returns>False where a record would get a name that is not a domain name.</returns>
    public virtual bool TryRewriteResponse(Response response, AppliedRules applied, in AppliedRule step) => true;
}
