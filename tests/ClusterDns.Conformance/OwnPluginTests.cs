using System.Diagnostics;
using System.Globalization;
using ClusterDns.Conformance.TestKit;
using ClusterDns.TestKit;

namespace ClusterDns.Conformance;

/// <summary>examples/own-plugin, as a stranger uses it: the packages from a folder, its project beside them, and nothing else of this repository.</summary>
public sealed class OwnPluginTests : IDisposable
{
    private static readonly string[] Packages =
        [.. Directory.GetDirectories(Path.Combine(Repository.Root, "src"), "ClusterDns.*").Select(static folder => Path.GetFileName(folder))];

    private readonly string _version = $"0.1.0-test.{DateTime.UtcNow.ToString("yyyyMMddHHmmss", CultureInfo.InvariantCulture)}.{Environment.ProcessId}";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("clusterdns-own-plugin-");

    [Fact]
    public void The_program_of_the_example_is_short()
        => Assert.InRange(File.ReadAllLines(Path.Combine(Repository.Root, "examples", "own-plugin", "Program.cs")).Length, 1, 10);

    [Fact]
    public async Task A_plugin_of_an_own_project_answers_reads_options_and_shows_metrics_and_metadata()
    {
        string project = Path.Combine(_folder.FullName, "own-plugin");
        CopyExample(project);
        foreach (string package in Packages)
        {
            await RunAsync(
                Repository.Root, "pack", Path.Combine("src", package), "--no-build", "-c", "Release", "-v", "q", $"-p:Version={_version}",
                "-o", Path.Combine(project, "packages"));
        }

        await RunAsync(project, "publish", "-c", "Release", "-v", "q", "--use-current-runtime", $"-p:ClusterDnsVersion={_version}", "-o", "out");
        int metricsPort = FreePort.Find();
        string corefile = (await File.ReadAllTextAsync(Path.Combine(project, "Corefile")))
            .Replace(":5300", ":0", StringComparison.Ordinal)
            .Replace(":9253", $":{metricsPort.ToString(CultureInfo.InvariantCulture)}", StringComparison.Ordinal);
        using RunningServer server = await RunningServer.StartAsync(Executable.At(Path.Combine(project, "out", "own-plugin")), corefile, project);

        string answer = await server.DigAsync("greet.test", "TXT", "+noall", "+answer");

        Assert.Equal("greet.test. 30 IN TXT \"hello\"", string.Join(' ', answer.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));
        await server.WaitForOutputAsync("greet.test. greetings: 1");
        using HttpClient http = new();
        string metrics = await http.GetStringAsync(new Uri($"http://localhost:{metricsPort.ToString(CultureInfo.InvariantCulture)}/metrics"));
        Assert.Contains("\ngreet_answers_total 1\n", metrics, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _folder.Delete(recursive: true);

        // The packages' versions are used once.
        string home = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        foreach (string package in Packages)
        {
            DirectoryInfo unpacked = new(Path.Combine(home, package.ToLowerInvariant(), _version));
            if (unpacked.Exists)
            {
                unpacked.Delete(recursive: true);
            }
        }
    }

    private static void CopyExample(string project)
    {
        Directory.CreateDirectory(project);
        foreach (string file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "examples", "own-plugin")))
        {
            File.Copy(file, Path.Combine(project, Path.GetFileName(file)));
        }
    }

    private static async Task RunAsync(string folder, params string[] arguments)
    {
        using Process process = new()
        {
            StartInfo = new ProcessStartInfo("dotnet", arguments)
            {
                WorkingDirectory = folder,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            },
        };
        process.Start();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string errors = await process.StandardError.ReadToEndAsync();
        string printed = await output;
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"dotnet {string.Join(' ', arguments)}\n{printed}\n{errors}");
    }
}
