using System.Globalization;
using ClusterDns.Core.Memory;

namespace ClusterDns.Server.Memory;

/// <summary>
/// The memory that the process may take: the lowest limit of its cgroups and their ancestors, or the physical memory where that is lower.
/// </summary>
/// <param name="readText">Reads a file; null when it is missing or cannot be read.</param>
internal sealed class MemoryLimit(Func<string, string?> readText)
{
    private const string HierarchicalLimit = "hierarchical_memory_limit ";

    private static readonly char[] Blank = [' ', '\t', '\n'];

    /// <summary>Reads the limit as it is now, in bytes; <see cref="MemoryBudget.Unlimited"/> where the system does not say.</summary>
    public long Read()
    {
        long limit = ReadPhysicalMemory();
        if (readText("/proc/self/cgroup") is { } cgroups && readText("/proc/self/mountinfo") is { } mounts)
        {
            foreach (CgroupFolder cgroup in CgroupPaths.Find(cgroups, mounts))
            {
                limit = Math.Min(limit, ReadLowest(cgroup));
            }
        }

        return limit;
    }

    private static long Parse(string? text)
        => long.TryParse(text.AsSpan().Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out long bytes) && bytes > 0
            ? bytes
            : MemoryBudget.Unlimited;

    private long ReadLowest(CgroupFolder cgroup)
    {
        // Version 1 says what its ancestors allow even where they are hidden.
        long lowest = cgroup.IsVersion2 ? MemoryBudget.Unlimited : ReadHierarchicalLimit(cgroup.Folder);
        string file = cgroup.IsVersion2 ? "memory.max" : "memory.limit_in_bytes";
        for (string folder = cgroup.Folder; ; folder = folder[..folder.LastIndexOf('/')])
        {
            lowest = Math.Min(lowest, Parse(readText($"{folder}/{file}")));
            if (folder.Length <= cgroup.Top.Length)
            {
                return lowest;
            }
        }
    }

    private long ReadHierarchicalLimit(string folder)
    {
        string? line = readText($"{folder}/memory.stat")?.Split('\n')
            .FirstOrDefault(static line => line.StartsWith(HierarchicalLimit, StringComparison.Ordinal));
        return Parse(line?[HierarchicalLimit.Length..]);
    }

    private long ReadPhysicalMemory()
    {
        const string key = "MemTotal:";
        string? line = readText("/proc/meminfo")?.Split('\n').FirstOrDefault(static line => line.StartsWith(key, StringComparison.Ordinal));
        string[] fields = line?[key.Length..].Split(Blank, StringSplitOptions.RemoveEmptyEntries) ?? [];
        return fields.Length > 0 && Parse(fields[0]) is < MemoryBudget.Unlimited and long kilobytes ? kilobytes * 1024 : MemoryBudget.Unlimited;
    }
}
