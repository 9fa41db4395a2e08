using System.Runtime.CompilerServices;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Rewrite.Names;
using ClusterDns.Plugins.Rewrite.Responses;

namespace ClusterDns.Plugins.Rewrite.Rules;

/// <summary>A change of names in responses.</summary>
/// <param name="Pattern">Which names, and what becomes of them.</param>
/// <param name="ChangesValue">Whether the names are those in the data of records; otherwise they are owners.</param>
internal sealed record NameChange(NamePattern Pattern, bool ChangesValue);

/// <summary>Asks for another name, and renames records of the response.</summary>
/// <param name="continues">Whether rules after this one are tried where it applies.</param>
/// <param name="pattern">Which names, and what becomes of them.</param>
/// <param name="restoresName">Whether the old name takes the place of the new one, and of its ends, in the response.</param>
/// <param name="answers">What else becomes of names in the response; the last is done first, and all before the name is restored.</param>
internal sealed class NameRule(bool continues, NamePattern pattern, bool restoresName, IReadOnlyList<NameChange> answers) : RewriteRule(continues)
{
    private readonly NameChange[] _lastFirst = [.. answers.Reverse()];

    /// <inheritdoc/>
    public override NamePattern Pattern => pattern;

    /// <inheritdoc/>
    [SkipLocalsInit]
    public override RuleOutcome Apply(Query query, ref NameText name, AppliedRules applied)
    {
        Span<byte> wire = stackalloc byte[DomainName.MaxWireLength];
        if (!pattern.TryReplace(ref name, wire, out int length))
        {
            return RuleOutcome.Invalid;
        }

        ReadOnlySpan<byte> renamed = wire[..length];
        applied.AddName(query.Name, renamed);
        query.Ask(renamed, query.Type, query.Class);
        return RuleOutcome.Renamed;
    }

    /// <inheritdoc/>
    public override bool TryRewriteResponse(Response response, AppliedRules applied, in AppliedRule step)
    {
        foreach (NameChange change in _lastFirst)
        {
            PatternMapping mapping = new(change.Pattern);
            if (!(change.ChangesValue ? RecordNames.TryChangeValues(response, mapping) : RecordNames.TryChangeOwners(response, mapping)))
            {
                return false;
            }
        }

        if (!restoresName)
        {
            return true;
        }

        RestoredName restored = new(
            applied.Octets.AsSpan(step.After, step.AfterLength), applied.Octets.AsSpan(step.Before, step.BeforeLength));
        return RecordNames.TryChangeValues(response, restored) && RecordNames.TryChangeOwners(response, restored);
    }
}
