using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Rewrite.Names;

namespace ClusterDns.Plugins.Rewrite.Rules;

/// <summary>Asks for another type.</summary>
/// <param name="continues">Whether rules after this one are tried where it applies.</param>
/// <param name="from">The type that is replaced.</param>
/// <param name="to">The type that is asked for.</param>
internal sealed class TypeRule(bool continues, RecordType from, RecordType to) : RewriteRule(continues)
{
    /// <inheritdoc/>
    public override bool IsFor(Query query) => query.Type == from;

    /// <inheritdoc/>
    public override RuleOutcome Apply(Query query, ref NameText name, AppliedRules applied)
    {
        query.Ask(query.QuestionName, to, query.Class);
        return RuleOutcome.Applied;
    }
}

/// <summary>Asks in another class.</summary>
/// <param name="continues">Whether rules after this one are tried where it applies.</param>
/// <param name="from">The class that is replaced.</param>
/// <param name="to">The class that is asked in.</param>
internal sealed class ClassRule(bool continues, RecordClass from, RecordClass to) : RewriteRule(continues)
{
    /// <inheritdoc/>
    public override bool IsFor(Query query) => query.Class == from;

    /// <inheritdoc/>
    public override RuleOutcome Apply(Query query, ref NameText name, AppliedRules applied)
    {
        query.Ask(query.QuestionName, query.Type, to);
        return RuleOutcome.Applied;
    }
}
