using System.Diagnostics;

namespace ClusterDns.Attack.TestKit;

/// <summary>Programs that are run to their end.</summary>
internal static class Shell
{
    /// <summary>Runs a program that has to succeed.</summary>
    public static async Task RunAsync(string command, params string[] arguments)
    {
        (int code, string output) = await TryRunAsync(command, arguments);
        Assert.True(code == 0, $"{command}: {output}");
    }

    /// <summary>Runs a program.</summary>
    /// <returns>Its exit code, and what it printed: standard output, then standard error.</returns>
    public static async Task<(int Code, string Output)> TryRunAsync(string command, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(command, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        string[] output = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, string.Concat(output));
    }
}
