namespace ClusterDns.TestKit;

/// <summary>
/// Waits for what other threads bring about and nothing signals: it looks again each millisecond, so that those threads have the processor
/// meanwhile.
/// </summary>
internal static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);

    /// <summary>After this long a test counts as hanging; nothing is measured by it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Waits until something is so.</summary>
    /// <param name="condition">What; it may also do something on each look, such as letting a clock go on.</param>
    /// <param name="describe">Tells what is so instead, for a test that fails.</param>
    public static async Task IsAsync(Func<bool> condition, Func<string>? describe = null)
    {
        using CancellationTokenSource hangs = new(Patience);
        using PeriodicTimer timer = new(Pause);
        while (!condition())
        {
            Assert.False(hangs.IsCancellationRequested, describe?.Invoke() ?? "what is waited for does not come");
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }
    }
}
