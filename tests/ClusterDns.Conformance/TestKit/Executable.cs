using System.Diagnostics;

namespace ClusterDns.Conformance.TestKit;

/// <summary>A build of the server.</summary>
/// <param name="Name">Its name, for test reports.</param>
/// <param name="Command">What to start.</param>
/// <param name="First">The arguments that come before the server's own.</param>
public sealed record Executable(string Name, string Command, string[] First)
{
    /// <summary>Names the Native AOT executable that test.sh has published.</summary>
    private const string NativeVariable = "CLUSTERDNS_NATIVE";

    /// <summary>The published executable's path; null where the environment names none.</summary>
    public static string? Native { get; } =
        Environment.GetEnvironmentVariable(NativeVariable) is { Length: > 0 } native ? native : null;

    /// <summary>The builds that there are: the one for development, and the published one where the environment names it.</summary>
    public static TheoryData<Executable> All
    {
        get
        {
            TheoryData<Executable> all = new(
                new Executable("JIT", "dotnet", [Path.Combine(AppContext.BaseDirectory, "clusterdns.dll")]));
            if (Native is not null)
            {
                all.Add(new Executable("AOT", Native, []));
            }

            return all;
        }
    }

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
