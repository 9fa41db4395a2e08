namespace ClusterDns.Core.Pipeline;

/// <summary>The checks of all server blocks of a configuration that want to be checked.</summary>
public sealed class Readiness
{
    private readonly List<IReadOnlyList<ReadinessCheck>> _blocks = [];
    private readonly HashSet<ReadinessCheck> _wereReady = [];
    private readonly Lock _lock = new();

    /// <summary>Includes the checks of a server block, also those that are added to the list later, while it is built.</summary>
    /// <param name="checks">The block's list.</param>
    public void Include(IReadOnlyList<ReadinessCheck> checks) => _blocks.Add(checks);

    /// <summary>The names of the plugins that are not ready, each once, in order.</summary>
    /// <param name="continuously">Whether a plugin that was ready once is asked again.</param>
    public IReadOnlyList<string> FindNotReady(bool continuously)
    {
        lock (_lock)
        {
            return
            [
                .. _blocks.SelectMany(static checks => checks)
                    .Where(check => !IsReady(check, continuously))
                    .Select(static check => check.Plugin)
                    .Distinct(StringComparer.Ordinal)
                    .Order(StringComparer.Ordinal),
            ];
        }
    }

    private bool IsReady(ReadinessCheck check, bool continuously)
    {
        if (!continuously && _wereReady.Contains(check))
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
