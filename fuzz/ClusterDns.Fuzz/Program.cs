using System.Diagnostics;
using System.Globalization;
using ClusterDns.Core.Wire;
using ClusterDns.Fuzz;
using ClusterDns.Fuzz.Targets;

long packets = 1_000_000;
int seed = 1;
string name = "packets";
for (int i = 0; i + 1 < args.Length; i += 2)
{
    switch (args[i])
    {
        case "--packets":
            packets = long.Parse(args[i + 1], CultureInfo.InvariantCulture);
            break;
        case "--seed":
            seed = int.Parse(args[i + 1], CultureInfo.InvariantCulture);
            break;
        case "--target":
            name = args[i + 1];
            break;
        default:
            Console.Error.WriteLine($"unknown option {args[i]}, expected --target NAME, --packets N or --seed N");
            return 2;
    }
}

if (name is not "packets")
{
    List<FuzzTarget> targets = [.. FuzzTarget.All.Select(static create => create())];
    if (targets.Find(known => string.Equals(known.Name, name, StringComparison.Ordinal)) is not { } target)
    {
        Console.Error.WriteLine($"unknown target {name}, expected packets, {string.Join(", ", targets.Select(static known => known.Name))}");
        return 2;
    }

    string? found = new TargetRun(target, packets, seed).Run();
    Console.WriteLine(found ?? string.Create(CultureInfo.InvariantCulture, $"{packets} inputs of {name}, seed {seed}: nothing found, {target.Accepted} taken for right"));
    return found is null ? 0 : 1;
}

FuzzRun run = new(packets, seed);
Stopwatch watch = Stopwatch.StartNew();
string? problem = run.Run();
if (problem is null && run.Heap.Find() is { } growth)
{
    problem = $"seed {seed}: {growth}";
}

if (problem is not null)
{
    Console.Error.WriteLine(problem);
    return 1;
}

Console.WriteLine(string.Create(
    CultureInfo.InvariantCulture,
    $"{packets} packets, seed {seed}, {packets / watch.Elapsed.TotalSeconds:F0} a second; {run.Heap}; {run.Allocated} bytes allocated after the first tenth"));
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"unanswered {run.Transport!.Unanswered}"));
for (int code = 0; code < run.Transport.Answers.Length; code++)
{
    if (run.Transport.Answers[code] > 0)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{ResponseCodes.ToText((ResponseCode)code)} {run.Transport.Answers[code]}"));
    }
}

return 0;
