using System.Text.RegularExpressions;
using ClusterDns.TestKit;

namespace ClusterDns.Tests;

/// <summary>
/// What the banned symbols cannot say: forms that the compiler makes of language features. An exception that leaves one ends the process,
/// or is lost.
/// </summary>
public sealed class BackgroundWorkTests
{
    private static readonly string Sources = Path.Combine(Repository.Root, "src");

    [Theory]
    [InlineData(@"\basync\s+void\b", "async void: return a Task and give it to CallbackGuard.Forget")]
    [InlineData(@"\b_\s*=\s*[\w.()?]*Async\(", "discarded task: give it to CallbackGuard.Forget")]
    [InlineData(@"\bUnmanagedCallersOnly\b", "unmanaged callback: an exception that leaves it ends the process")]
    [InlineData(@"\bSetUnhandledExceptionHandler\b", "handler of unhandled exceptions")]
    public void Source_has_no_callback_that_nothing_guards(string pattern, string rule)
    {
        foreach (string file in Files().Where(static file => !IsGuard(file)))
        {
            Assert.False(Regex.IsMatch(File.ReadAllText(file), pattern, RegexOptions.None, TimeSpan.FromSeconds(10)), $"{file}: {rule}");
        }
    }

    [Fact]
    public void Nothing_but_the_guard_may_use_what_is_banned()
        => Assert.True(IsGuard(Assert.Single(
            Files(), static file => File.ReadAllText(file).Contains("RS0030", StringComparison.Ordinal))));

    [Fact]
    public void Every_project_of_the_server_is_checked()
    {
        Assert.Contains("BannedApiAnalyzers", File.ReadAllText(Path.Combine(Sources, "Directory.Build.props")), StringComparison.Ordinal);
        foreach (string project in Directory.EnumerateFiles(Sources, "*.csproj", SearchOption.AllDirectories))
        {
            Assert.DoesNotContain("RS0030", File.ReadAllText(project), StringComparison.Ordinal);
        }
    }

    private static bool IsGuard(string file) => string.Equals(Path.GetFileName(file), "CallbackGuard.cs", StringComparison.Ordinal);

    private static IEnumerable<string> Files()
        => Directory.EnumerateFiles(Sources, "*.cs", SearchOption.AllDirectories)
            .Where(static file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);
}
