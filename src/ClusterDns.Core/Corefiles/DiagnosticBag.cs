namespace ClusterDns.Core.Corefiles;

/// <summary>
/// Collects what is wrong with a configuration, so that its author sees everything at once. Not thread-safe.
/// </summary>
public sealed class DiagnosticBag
{
    /// <summary>How many errors, and how many warnings, are kept; what comes after is only counted.</summary>
    public const int Limit = 1000;

    private readonly List<CorefileDiagnostic> _errors = [];
    private readonly List<CorefileDiagnostic> _warnings = [];
    private readonly HashSet<CorefileDiagnostic> _seen = [];
    private readonly Dictionary<SourcePlace, string> _hints = [];

    /// <summary>The errors in the order they were found, at most <see cref="Limit"/>.</summary>
    public IReadOnlyList<CorefileDiagnostic> Errors => _errors;

    /// <summary>The warnings in the order they were found, at most <see cref="Limit"/>.</summary>
    public IReadOnlyList<CorefileDiagnostic> Warnings => _warnings;

    /// <summary>How many errors and warnings were found beyond <see cref="Limit"/>.</summary>
    public int Dropped { get; private set; }

    /// <summary>How many errors were reported, those that are not kept included: an import used twice reports its errors twice.</summary>
    public int Reported { get; private set; }

    /// <summary>Whether anything was found that keeps the server from starting.</summary>
    public bool HasErrors => _errors.Count > 0;

    /// <summary>Adds an error; a second one with the same text at the same place (an import used twice) is ignored.</summary>
    public void Error(SourcePlace place, string message, string? suggestion = null)
    {
        Reported++;
        Add(_errors, new CorefileDiagnostic(
            DiagnosticSeverity.Error, place, _hints.TryGetValue(place, out string? hint) ? $"{message}; {hint}" : message, suggestion));
    }

    /// <summary>Adds a warning; a second one with the same text at the same place is ignored.</summary>
    public void Warning(SourcePlace place, string message, string? suggestion = null) =>
        Add(_warnings, new CorefileDiagnostic(DiagnosticSeverity.Warning, place, message, suggestion));

    /// <summary>Remembers what is likely behind an error at a place, if there is to be one.</summary>
    /// <param name="place">Where.</param>
    /// <param name="hint">What the author should know.</param>
    public void Hint(SourcePlace place, string hint)
    {
        if (_hints.Count < Limit)
        {
            _hints.TryAdd(place, hint);
        }
    }

    /// <summary>Throws when there are errors.</summary>
    /// <exception cref="CorefileException">With all of them.</exception>
    public void ThrowIfErrors()
    {
        if (HasErrors)
        {
            throw new CorefileException(this);
        }
    }

    private void Add(List<CorefileDiagnostic> list, CorefileDiagnostic diagnostic)
    {
        if (list.Count == Limit)
        {
            Dropped++;
        }
        else if (_seen.Add(diagnostic))
        {
            list.Add(diagnostic);
        }
    }
}
