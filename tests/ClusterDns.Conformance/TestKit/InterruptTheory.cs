using System.Globalization;

namespace ClusterDns.Conformance.TestKit;

/// <summary>A test that interrupts the server. A shell that runs the tests in the background has them ignore SIGINT and SIGQUIT, and so the server.</summary>
public sealed class InterruptTheoryAttribute : TheoryAttribute
{
    private const ulong InterruptAndQuit = (1UL << 1) | (1UL << 2);
    private const string IgnoredSignals = "SigIgn:";

    /// <summary>A test that is skipped where it cannot run.</summary>
    public InterruptTheoryAttribute()
    {
        if (AreIgnored())
        {
            Skip = "SIGINT or SIGQUIT is ignored here: run the tests in the foreground";
        }
    }

    private static bool AreIgnored()
    {
        const string status = "/proc/self/status";
        string? line = File.Exists(status)
            ? File.ReadLines(status).FirstOrDefault(static line => line.StartsWith(IgnoredSignals, StringComparison.Ordinal))
            : null;
        return line is not null &&
            (ulong.Parse(line.AsSpan(IgnoredSignals.Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) & InterruptAndQuit) != 0;
    }
}
