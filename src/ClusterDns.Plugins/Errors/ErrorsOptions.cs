using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;

namespace ClusterDns.Plugins.Errors;

/// <summary>The options of the errors plugin.</summary>
/// <param name="StackTraces">Whether exceptions out of plugins are logged with their stack traces.</param>
/// <param name="Patterns">Which failures are counted and reported together, the first that matches.</param>
public sealed record ErrorsOptions(bool StackTraces, IReadOnlyList<ConsolidatePattern> Patterns);

/// <summary>Failures that are reported together.</summary>
/// <param name="Period">How long they are counted, from the first on.</param>
/// <param name="PeriodText">The same as the Corefile has it.</param>
/// <param name="Pattern">What their texts match.</param>
/// <param name="Expression">The same as the Corefile has it.</param>
/// <param name="Level">How the report is logged.</param>
/// <param name="ShowFirst">Whether the first is logged at once, and the report left out where there was no other.</param>
public sealed record ConsolidatePattern(
    TimeSpan Period, string PeriodText, Regex Pattern, string Expression, LogLevel Level, bool ShowFirst);
