using Xunit.Abstractions;

namespace ClusterDns.Attack.TestKit;

/// <summary>
/// Limits of time. Timers of the server apart, each is at least three times what is measured on a machine of two cores, so that another process may take half of one;
/// the test's output says what was measured. The limits without slack are measured by bench/siege.sh.
/// </summary>
internal static class TimeLimit
{
    /// <summary>Fails where something took too long.</summary>
    /// <param name="output">Where the measured time is written.</param>
    /// <param name="what">What took the time.</param>
    /// <param name="measured">How long it took.</param>
    /// <param name="limit">How long it may take, slack included.</param>
    public static void Check(ITestOutputHelper output, string what, TimeSpan measured, TimeSpan limit)
    {
        string text = $"{what}: {measured.TotalMilliseconds:F0} ms, limit {limit.TotalMilliseconds:F0} ms";
        output.WriteLine(text);
        Assert.True(measured <= limit, text);
    }
}
