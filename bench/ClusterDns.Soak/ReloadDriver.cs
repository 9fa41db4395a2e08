using ClusterDns.Conformance.TestKit;

namespace ClusterDns.Soak;

/// <summary>Has a server reload, and waits until its log says how that went.</summary>
/// <param name="server">The server.</param>
/// <param name="path">Its Corefile.</param>
/// <param name="script">What is written there.</param>
internal sealed class ReloadDriver(RunningServer server, string path, CorefileScript script)
{
    private const int CycleLength = 4;

    private int _steps;

    /// <summary>How many Corefiles were taken over.</summary>
    public int Completed { get; private set; }

    /// <summary>How many were not, as they should not.</summary>
    public int Failed { get; private set; }

    /// <summary>Writes a Corefile whole, so that nobody reads half of it.</summary>
    public static void Write(string path, string corefile)
    {
        string whole = path + ".new";
        File.WriteAllText(whole, corefile);
        File.Move(whole, path, overwrite: true);
    }

    /// <summary>A Corefile that is to be taken over.</summary>
    /// <param name="number">Its number in the script.</param>
    /// <param name="bySignal">Whether the server is told, or finds out: then the Corefile before must have been a watched one.</param>
    /// <param name="isWatched">Whether the server finds out about the next.</param>
    /// <exception cref="TimeoutException">It is not taken over.</exception>
    public async Task ReloadAsync(int number, bool bySignal, bool isWatched)
    {
        await ChangeAsync(script.Write(number, isWatched), bySignal, "[INFO] Reloading complete");
        Completed++;
    }

    /// <summary>A Corefile that is to be refused.</summary>
    /// <param name="number">Its number in the script.</param>
    /// <param name="bySignal">Whether the server is told, or finds out.</param>
    /// <exception cref="TimeoutException">It is not refused.</exception>
    public async Task ReloadBrokenAsync(int number, bool bySignal)
    {
        await ChangeAsync(script.WriteBroken(number), bySignal, "Corefile parse failed", "reload failed");
        Failed++;
    }

    /// <summary>One of these after another: good by signal, broken by file, good by file, broken by signal.</summary>
    public Task StepAsync()
    {
        int step = _steps++;
        return (step % CycleLength) switch
        {
            0 => ReloadAsync(step / 2, bySignal: true, isWatched: true),
            1 => ReloadBrokenAsync(step / 2, bySignal: false),
            2 => ReloadAsync(step / 2, bySignal: false, isWatched: false),
            _ => ReloadBrokenAsync(step / 2, bySignal: true),
        };
    }

    private async Task ChangeAsync(string corefile, bool bySignal, params string[] signs)
    {
        Task<string> sign = server.NextOutputAsync(signs);
        Write(path, corefile);
        if (bySignal)
        {
            await server.SignalAsync("USR1");
        }

        await sign;
    }
}
