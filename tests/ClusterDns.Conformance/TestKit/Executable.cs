using System.Diagnostics;

namespace ClusterDns.Conformance.TestKit;

/// <summary>A build of the server.</summary>
/// <param name="Name">Its name, for test reports.</param>
/// <param name="Command">What to start.</param>
/// <param name="First">The arguments that come before the server's own.</param>
public sealed partial record Executable(string Name, string Command, string[] First)
{
    /// <summary>The build at a path: an executable, or a library that dotnet runs.</summary>
    /// <param name="path">The path.</param>
    public static Executable At(string path)
        => path.EndsWith(".dll", StringComparison.Ordinal) ? new Executable("JIT", "dotnet", [path]) : new Executable("AOT", path, []);

    /// <summary>A process that has not started.</summary>
    /// <param name="arguments">The server's arguments.</param>
    public Process CreateProcess(params string[] arguments) => new()
    {
        StartInfo = new ProcessStartInfo(Command, [.. First, .. arguments])
        {
            RedirectStandardInput = true,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        },
    };

    /// <inheritdoc/>
    public override string ToString() => Name;
}
