namespace ClusterDns.Core.Pipeline;

/// <summary>The checks of all server blocks of a configuration that want to be checked.</summary>
public sealed class Readiness
{
    private readonly List<IReadOnlyList<ReadinessCheck>> _blocks = [];
    private readonly HashSet<ReadinessCheck> _wereReady = [];
    private readonly Lock _lock = new();
    private string _last = "";

    /// <summary>
    /// Whether a plugin that was ready once is asked again. It counts for all checks: of several server blocks that say something,
    /// the last one decides.
    /// </summary>
    public bool Continuously { get; set; }

    /// <summary>Includes the checks of a server block.</summary>
    /// <param name="checks">All checks of the block.</param>
    public void Include(IReadOnlyList<ReadinessCheck> checks) => _blocks.Add(checks);

    /// <summary>The names of the plugins that are not ready, each once, in order, with commas between them; empty when all are.</summary>
    /// <param name="isNews">Whether they are others than the last time that somebody asked.</param>
    public string FindNotReady(out bool isNews)
    {
        lock (_lock)
        {
            string notReady = string.Join(
                ',',
                _blocks.SelectMany(static checks => checks)
                    .Where(check => !IsReady(check))
                    .Select(static check => check.Plugin)
                    .Distinct(StringComparer.Ordinal)
                    .Order(StringComparer.Ordinal));
            isNews = !string.Equals(notReady, _last, StringComparison.Ordinal);
            _last = notReady;
            return notReady;
        }
    }

    /// <summary>Why plugins are not ready, where that is known: <c>PLUGIN: REASON</c>, each once.</summary>
    public string DescribeNotReady()
    {
        lock (_lock)
        {
            return string.Join(
                "; ",
                _blocks.SelectMany(static checks => checks)
                    .Where(check => !IsReady(check))
                    .Select(static check => (check.Plugin, Reason: check.Reason()))
                    .Where(static check => check.Reason.Length > 0)
                    .Select(static check => $"{check.Plugin}: {check.Reason}")
                    .Distinct(StringComparer.Ordinal));
        }
    }

    private bool IsReady(ReadinessCheck check)
    {
        if (!Continuously && _wereReady.Contains(check))
        {
            return true;
        }

        bool isReady = check.IsReady();
        if (isReady)
        {
            _wereReady.Add(check);
        }

        return isReady;
    }
}

/// <summary>Whether a plugin is ready to answer.</summary>
/// <param name="Plugin">The plugin's name.</param>
/// <param name="IsReady">Asked at any time, by any thread.</param>
public sealed record ReadinessCheck(string Plugin, Func<bool> IsReady)
{
    /// <summary>Why it is not; empty where that is not known.</summary>
    public Func<string> Reason { get; init; } = static () => "";
}
