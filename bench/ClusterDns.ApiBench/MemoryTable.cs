using System.Globalization;

namespace ClusterDns.ApiBench;

/// <summary>Prints the medians of some rounds as a row of a table.</summary>
internal static class MemoryTable
{
    /// <summary>What the columns are.</summary>
    public const string Head = """
        | cluster | API server | start to first right answer ms [range] | peak of the load MB | RSS after load MB [range] | peak of a relist MB [range] | peak ÷ RSS | RSS after a relist MB | relist ms |
        |---|---|---|---|---|---|---|---|---|
        """;

    /// <summary>A row.</summary>
    /// <param name="shape">The cluster.</param>
    /// <param name="setting">How it was asked for.</param>
    /// <param name="rounds">What was seen, at least once.</param>
    public static string Row(ClusterShape shape, ApiSetting setting, IReadOnlyList<MemoryFigures> rounds)
    {
        double ratio = Median(rounds.Select(static round => (double)round.RelistPeak / round.Resident));
        return string.Join(
            " | ",
            [
                $"| {shape}",
                setting.ToString(),
                Range(rounds, static round => round.FirstAnswer.TotalMilliseconds, "F0"),
                Middle(rounds, static round => round.LoadPeak / 1024.0, "F1"),
                Range(rounds, static round => round.Resident / 1024.0, "F1"),
                Range(rounds, static round => round.RelistPeak / 1024.0, "F1"),
                ratio.ToString("F2", CultureInfo.InvariantCulture),
                Middle(rounds, static round => round.ResidentAfter / 1024.0, "F1"),
                $"{Middle(rounds, static round => round.Relist.TotalMilliseconds, "F0")} |",
            ]);
    }

    private static string Range(IReadOnlyList<MemoryFigures> rounds, Func<MemoryFigures, double> figure, string format)
        => $"{Middle(rounds, figure, format)} [{rounds.Min(figure).ToString(format, CultureInfo.InvariantCulture)}–{rounds.Max(figure).ToString(format, CultureInfo.InvariantCulture)}]";

    private static string Middle(IReadOnlyList<MemoryFigures> rounds, Func<MemoryFigures, double> figure, string format)
        => Median(rounds.Select(figure)).ToString(format, CultureInfo.InvariantCulture);

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
