using System.Globalization;
using ClusterDns.Conformance.TestKit;
using ClusterDns.Siege;

const string Usage = """
    usage: ClusterDns.Siege --executable PATH|coredns [--minutes N] [--descriptors N] [--clients N] [--memory MIB]
           [--memory-share SHARE] [--slack FACTOR] [--cluster-seconds N] [--reload-seconds N]
    """;
string? path = null;
double minutes = 10;
int descriptors = 1024;
int clients = 600;
int memory = 170;
double memoryShare = 0.85;
double slack = 1;
double clusterSeconds = 30;
double reloadSeconds = 10;
for (int i = 0; i < args.Length; i += 2)
{
    string value = i + 1 < args.Length ? args[i + 1] : "";
    bool isKnown = args[i] switch
    {
        "--executable" => (path = value).Length > 0,
        "--minutes" => double.TryParse(value, CultureInfo.InvariantCulture, out minutes) && minutes > 0,
        "--descriptors" => int.TryParse(value, CultureInfo.InvariantCulture, out descriptors) && descriptors > 0,
        "--clients" => int.TryParse(value, CultureInfo.InvariantCulture, out clients) && clients > 0,
        "--cluster-seconds" => double.TryParse(value, CultureInfo.InvariantCulture, out clusterSeconds) && clusterSeconds > 0,
        "--reload-seconds" => double.TryParse(value, CultureInfo.InvariantCulture, out reloadSeconds) && reloadSeconds > 0,
        "--memory-share" => double.TryParse(value, CultureInfo.InvariantCulture, out memoryShare) && memoryShare > 0,
        "--slack" => double.TryParse(value, CultureInfo.InvariantCulture, out slack) && slack >= 1,
        "--memory" => int.TryParse(value, CultureInfo.InvariantCulture, out memory) && memory > 0,
        _ => false,
    };
    if (!isKnown)
    {
        Console.Error.WriteLine($"unknown option '{args[i]} {value}'; {Usage}");
        return 2;
    }
}

if (path is null)
{
    Console.Error.WriteLine(Usage);
    return 2;
}

if (ClusterDns.Attack.TestKit.MemoryGroup.Lack is { } lack)
{
    Console.Error.WriteLine($"no memory cgroup: the heap limit of .NET is used instead, and memory is not measured: {lack}");
}

SiegeOptions options = new(Executable.At(path))
{
    IsCoreDns = Path.GetFileName(path).StartsWith("coredns", StringComparison.Ordinal),
    Duration = TimeSpan.FromMinutes(minutes),
    Descriptors = descriptors,
    Clients = clients,
    Memory = memory,
    MemoryShare = memoryShare,
    Slack = slack,
    ClusterPeriod = TimeSpan.FromSeconds(clusterSeconds),
    ReloadPeriod = TimeSpan.FromSeconds(reloadSeconds),
};
SiegeReport report = await new SiegeRun(options, Console.Out).RunAsync();
report.Write(Console.Out);
string[] failures = [.. report.Failures];
Console.WriteLine(failures.Length == 0 ? "passed" : $"FAILED: {string.Join("; ", failures)}");
return failures.Length == 0 ? 0 : 1;
