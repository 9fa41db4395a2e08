using System.Globalization;
using ClusterDns.ApiBench;
using ClusterDns.Conformance.TestKit;
using ClusterDns.Plugins.Tests.Kubernetes.Api.TestKit;

const string Usage = """
    usage: ClusterDns.ApiBench memory --executable PATH [--cluster small|pods] [--api-server NAME] [--rounds N]
           ClusterDns.ApiBench changes --executable PATH [--seconds N] [--changes-per-second N] [--queries-per-second N] [--watches kept|broken] [--api-server NAME] [--seed N]
           ClusterDns.ApiBench cost --executable PATH [--seconds N] [--changes-per-second N] [--api-server NAME] [--rounds N]
           ClusterDns.ApiBench serve OBJECTS FOLDER
    serve serves the objects of a file and writes FOLDER/url and FOLDER/ca.crt, until its standard input ends.
    An API server's name is one of tls-watch, tls-pages, http-watch and http-pages; memory takes them all in turn unless one is named.
    """;
const int MinChanges = 30;
if (args is ["serve", string objects, string folder])
{
    await ServeAsync(objects, folder);
    return 0;
}

string? path = null;
string cluster = "small";
ApiSetting? setting = null;
int rounds = 3;
int seconds = 60;
int changes = 1000;
int queries = 2000;
int seed = 1;
bool breaksWatches = true;
for (int i = 1; i < args.Length; i += 2)
{
    string value = i + 1 < args.Length ? args[i + 1] : "";
    bool isKnown = args[i] switch
    {
        "--executable" => (path = value).Length > 0,
        "--cluster" => (cluster = value) is "small" or "pods",
        "--api-server" => (setting = ApiSetting.All.FirstOrDefault(known => string.Equals(known.Name, value, StringComparison.Ordinal))) is not null,
        "--rounds" => int.TryParse(value, CultureInfo.InvariantCulture, out rounds) && rounds > 0,
        "--seconds" => int.TryParse(value, CultureInfo.InvariantCulture, out seconds) && seconds > 0,
        "--changes-per-second" => int.TryParse(value, CultureInfo.InvariantCulture, out changes) && changes >= (args[0] is "cost" ? 1 : MinChanges),
        "--queries-per-second" => int.TryParse(value, CultureInfo.InvariantCulture, out queries) && queries >= 0,
        "--watches" => (breaksWatches = value is "broken") || value is "kept",
        "--seed" => int.TryParse(value, CultureInfo.InvariantCulture, out seed),
        _ => false,
    };
    if (!isKnown)
    {
        Console.Error.WriteLine($"what is '{args[i]} {value}'?\n{Usage}");
        return 2;
    }
}

if (path is null)
{
    Console.Error.WriteLine(Usage);
    return 2;
}

Executable executable = Executable.At(path);
switch (args[0])
{
    case "memory":
        await MeasureMemoryAsync();
        return 0;
    case "changes":
        return await ChangeAsync() ? 0 : 1;
    case "cost":
        await MeasureCostAsync();
        return 0;
    default:
        Console.Error.WriteLine(Usage);
        return 2;
}

static async Task ServeAsync(string objects, string folder)
{
    using TestCertificates certificates = new();
    await using LoopbackApiServer api = await LoopbackApiServer.StartAsync(ServedFile.Read(objects), certificates.Server, hasWatchList: true);
    await File.WriteAllTextAsync(Path.Combine(folder, "ca.crt"), certificates.Authority);

    // Under its final name the file is whole.
    string url = Path.Combine(folder, "url");
    await File.WriteAllTextAsync(url + ".part", api.Url);
    File.Move(url + ".part", url, overwrite: true);
    await Console.In.ReadToEndAsync();
}

async Task MeasureMemoryAsync()
{
    ClusterShape shape = cluster is "pods" ? ClusterShape.Mixed(10_000) : ClusterShape.Even(5_000);
    using TestCertificates certificates = new();
    MemoryRun run = new(executable, certificates);
    (ApiSetting Setting, List<MemoryFigures> Rounds)[] all = [.. (setting is { } one ? [one] : ApiSetting.All).Select(static each => (each, new List<MemoryFigures>()))];
    for (int round = 0; round < rounds; round++)
    {
        foreach ((ApiSetting each, List<MemoryFigures> figures) in all)
        {
            figures.Add(await run.RunAsync(shape, each));
        }
    }

    Console.WriteLine(MemoryTable.Head);
    foreach ((ApiSetting each, List<MemoryFigures> figures) in all)
    {
        Console.WriteLine(MemoryTable.Row(shape, each, figures));
    }
}

async Task MeasureCostAsync()
{
    ChangeCost cost = new(executable, seconds, changes);
    Console.WriteLine($"{ChangeCost.Shape}, pods verified, {changes} writes a second, ms of processor time a write:");
    for (int round = 0; round < rounds; round++)
    {
        double milliseconds = await cost.RunAsync(setting ?? ApiSetting.All[0]);
        Console.WriteLine(milliseconds.ToString("F3", CultureInfo.InvariantCulture));
    }
}

async Task<bool> ChangeAsync()
{
    const int maxRoundsPerSecond = 100;
    const int changesPerRound = 10;
    const int markersPerRound = 2;
    int roundsPerSecond = Math.Min(maxRoundsPerSecond, changes / changesPerRound);
    ChangeRun run = new(new ChangeOptions(executable)
    {
        Setting = setting ?? ApiSetting.All[0],
        Rounds = seconds * roundsPerSecond,
        ChangesPerRound = (changes / roundsPerSecond) - markersPerRound,
        RoundTime = TimeSpan.FromSeconds(1) / roundsPerSecond,
        BreaksWatches = breaksWatches,
        QueriesPerSecond = queries,
        Seed = seed,
    });
    IReadOnlyList<string> problems = await run.RunAsync();
    foreach (string problem in problems)
    {
        Console.WriteLine(problem);
    }

    double[] delays = run.Delays;
    double At(double share) => delays.Length == 0 ? double.NaN : delays[(int)(share * (delays.Length - 1))];
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"""
        {(problems.Count == 0 ? "passed" : "FAILED")}: {run.Changes:N0} changes in {run.Duration.TotalSeconds:F1} s ({run.Changes / run.Duration.TotalSeconds:F0} a second), {run.Answered:N0} questions answered rightly
        a change was answered after {At(0.5):F1} ms (median), {At(0.99):F1} ms (99 %), {At(1):F1} ms (longest)
        first {run.Memory[0]}; last {run.Memory[^1]}
        """));
    return problems.Count == 0;
}
