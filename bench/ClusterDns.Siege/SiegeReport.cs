using System.Globalization;

namespace ClusterDns.Siege;

/// <summary>What was measured, as a table, and the verdict.</summary>
/// <param name="options">What the siege was.</param>
internal sealed class SiegeReport(SiegeOptions options)
{
    private const double Share = 0.999;

    private readonly double _datagramLimit = 50 * options.Slack;
    private readonly double _streamLimit = 1000 * options.Slack;
    private readonly List<(string What, string Measured, string Required, bool IsMet)> _rows = [];

    /// <summary>What was required and not met.</summary>
    public IEnumerable<string> Failures => _rows.Where(static row => !row.IsMet).Select(static row => $"{row.What}: {row.Measured}, required {row.Required}");

    /// <summary>The honest clients' part.</summary>
    public void AddClients(HonestClients clients)
    {
        double share = clients.Datagrams.ShareWithin(_datagramLimit);
        Add(Text($"honest UDP queries answered within {_datagramLimit} ms"), Text($"{share * 100:F3} % of {clients.Datagrams.Count}"), Text($"{Share * 100:F1} %"), share >= Share);
        Add("honest UDP queries, median and 99.9 %", Text($"{clients.Datagrams.Quantile(0.5):F2} and {clients.Datagrams.Quantile(0.999):F2} ms"), "-", true);
        Add("honest TCP client, longest", Text($"{clients.Streams.Worst:F0} ms of {clients.Streams.Count}"), Text($"{_streamLimit} ms"), clients.Streams.Worst <= _streamLimit);
        Add("/health, longest", Text($"{clients.Probes.Worst:F0} ms of {clients.Probes.Count}"), Text($"{_streamLimit} ms"), clients.Probes.Worst <= _streamLimit);
    }

    /// <summary>The memory's part.</summary>
    /// <param name="peak">The most that was seen of the cgroup and the sockets together.</param>
    /// <param name="groupPeak">The cgroup's own peak.</param>
    /// <param name="socketsPeak">The most that was seen of the sockets.</param>
    /// <param name="failures">How many allocations met the limit.</param>
    public void AddMemory(long peak, long groupPeak, long socketsPeak, long failures)
    {
        const double mebibyte = 1024 * 1024;
        double most = options.Memory * options.MemoryShare;
        Add("memory and socket buffers together, peak", Text($"{peak / mebibyte:F1} MiB"), Text($"{most:F1} MiB"), peak <= most * mebibyte);
        Add("the cgroup's figure, peak", Text($"{groupPeak / mebibyte:F1} MiB"), Text($"{most:F1} MiB"), groupPeak <= most * mebibyte);
        Add("socket buffers, peak", Text($"{socketsPeak / mebibyte:F1} MiB"), "-", true);
        Add("allocations that met the limit", Text($"{failures}"), "0", failures == 0);
    }

    /// <summary>A row.</summary>
    public void Add(string what, string measured, string required, bool isMet) => _rows.Add((what, measured, required, isMet));

    /// <summary>Prints the table.</summary>
    public void Write(TextWriter output)
    {
        output.WriteLine("| what | measured | required | |");
        output.WriteLine("|---|---|---|---|");
        foreach ((string what, string measured, string required, bool isMet) in _rows)
        {
            output.WriteLine($"| {what} | {measured} | {required} | {(isMet ? string.Equals(required, "-", StringComparison.Ordinal) ? "" : "ok" : "FAILED")} |");
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
