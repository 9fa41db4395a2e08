using System.Globalization;
using ClusterDns.Conformance.TestKit;
using ClusterDns.Soak;

const string Usage = "usage: ClusterDns.Soak --executable PATH [--minutes N] [--queries-per-second N] [--seed N]";
string? path = null;
double minutes = 60;
int rate = 2000;
int seed = 1;
for (int i = 0; i < args.Length; i += 2)
{
    string value = i + 1 < args.Length ? args[i + 1] : "";
    bool isKnown = args[i] switch
    {
        "--executable" => (path = value).Length > 0,
        "--minutes" => double.TryParse(value, CultureInfo.InvariantCulture, out minutes) && minutes > 0,
        "--queries-per-second" => int.TryParse(value, CultureInfo.InvariantCulture, out rate) && rate >= 0,
        "--seed" => int.TryParse(value, CultureInfo.InvariantCulture, out seed),
        _ => false,
    };
    if (!isKnown)
    {
        Console.Error.WriteLine($"unknown option '{args[i]} {value}': {Usage}");
        return 2;
    }
}

if (path is null)
{
    Console.Error.WriteLine(Usage);
    return 2;
}

Executable executable = Executable.At(path);
SoakRun run = new(
    new SoakOptions(executable) { Duration = TimeSpan.FromMinutes(minutes), QueriesPerSecond = rate, Seed = seed },
    Console.Out);
IReadOnlyList<string> problems = await run.RunAsync();
foreach (string problem in problems)
{
    Console.WriteLine(problem);
}

Console.WriteLine(string.Create(
    CultureInfo.InvariantCulture,
    $"{(problems.Count == 0 ? "passed" : "FAILED")}: {run.Answered} questions answered rightly, {run.Reloads} reloads"));
return problems.Count == 0 ? 0 : 1;
