using System.Diagnostics;

namespace ClusterDns.Attack.TestKit;

/// <summary>Programs that are run to their end.</summary>
internal static class Shell
{
    /// <summary>Runs a program that has to succeed.</summary>
    public static async Task RunAsync(string command, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(command, arguments) { UseShellExecute = false, RedirectStandardError = true })!;
        string errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{command}: {errors}");
    }
}
