using System.Text.RegularExpressions;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Wire;

namespace ClusterDns.Plugins.Template;

/// <summary>The options of the template plugin.</summary>
/// <param name="Rules">What each <c>template</c> says, in order.</param>
internal sealed record TemplateOptions(IReadOnlyList<TemplateRule> Rules)
{
    /// <summary>The same with a clock for the expressions.</summary>
    public TemplateOptions WithClock(TimeProvider clock)
        => new([.. Rules.Select(rule => rule with { Computations = rule.Computations.WithClock(clock) })]);
}

/// <summary>One <c>template</c>.</summary>
/// <param name="Class">The class that it is for; ANY for all.</param>
/// <param name="Type">The type that it is for; ANY for all.</param>
/// <param name="Zones">The zones that it is for.</param>
/// <param name="Matches">What names match, the first that does; at least one.</param>
/// <param name="Answers">The records of the answer section.</param>
/// <param name="Additional">The records of the additional section.</param>
/// <param name="Authority">The records of the authority section.</param>
/// <param name="Code">The response code.</param>
/// <param name="ExtendedError">What is said beyond the code; null for nothing.</param>
/// <param name="Computations">The variables and conditions.</param>
/// <param name="Fallthrough">The zones whose names are passed to the next template when they match nothing.</param>
internal sealed record TemplateRule(
    RecordClass Class,
    RecordType Type,
    IReadOnlyList<Zone> Zones,
    IReadOnlyList<NameMatch> Matches,
    IReadOnlyList<RecordTemplate> Answers,
    IReadOnlyList<RecordTemplate> Additional,
    IReadOnlyList<RecordTemplate> Authority,
    ResponseCode Code,
    TemplateExtendedError? ExtendedError,
    TemplateComputations Computations,
    IReadOnlyList<Zone> Fallthrough)
{
    /// <summary>Collects the variables and conditions while the rule is read.</summary>
    public required ComputationReader Reading { get; init; }
}

/// <summary>An extended error (RFC 8914).</summary>
/// <param name="Code">The INFO-CODE.</param>
/// <param name="Text">The EXTRA-TEXT, UTF-8 of at most 255 bytes.</param>
internal sealed record TemplateExtendedError(ushort Code, ReadOnlyMemory<byte> Text);

/// <summary>What a name must match.</summary>
/// <param name="Expression">The regular expression as it is written.</param>
/// <param name="Regex">The same compiled; null for one that all names match.</param>
/// <param name="GroupNames">The names of its groups by number; empty for those without.</param>
internal sealed record NameMatch(string Expression, Regex? Regex, IReadOnlyList<string> GroupNames)
{
    /// <summary>What every name matches.</summary>
    public static NameMatch All { get; } = new(".*", null, [""]);
}
