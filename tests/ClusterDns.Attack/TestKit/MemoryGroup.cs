using System.Globalization;

namespace ClusterDns.Attack.TestKit;

/// <summary>A memory cgroup with a limit, of version 1 or 2, for one server. It ends with the server.</summary>
internal sealed class MemoryGroup : IDisposable
{
    private const string Version1 = "/sys/fs/cgroup/memory";
    private const string Version2 = "/sys/fs/cgroup";
    private const int RemovalTries = 50;

    private readonly string _folder;

    /// <summary>A group.</summary>
    /// <param name="limit">How many bytes its processes may have.</param>
    public MemoryGroup(long limit)
    {
        _folder = Create();
        SetLimit(limit);
        if (!IsVersion1 && File.Exists(Path.Combine(_folder, "memory.swap.max")))
        {
            File.WriteAllText(Path.Combine(_folder, "memory.swap.max"), "0");
        }
    }

    /// <summary>Why there can be none; null when there can.</summary>
    public static string? Lack { get; } = FindLack();

    /// <summary>The file into which a process writes its number to join.</summary>
    public string Members => Path.Combine(_folder, "cgroup.procs");

    /// <summary>What its processes have now, in bytes, with the page cache of what they read.</summary>
    public long Usage => Read(PathOf("memory.usage_in_bytes", "memory.current"));

    /// <summary>The most that they have had, in bytes.</summary>
    public long Peak => Read(PathOf("memory.max_usage_in_bytes", "memory.peak"));

    /// <summary>How many processes the kernel has killed for want of memory.</summary>
    public long Kills => ReadField(PathOf("memory.oom_control", "memory.events"), "oom_kill");

    /// <summary>How often an allocation met the limit, whether the kernel could then reclaim something or not.</summary>
    public long Failures => IsVersion1 ? Read(Path.Combine(_folder, "memory.failcnt")) : ReadField(Path.Combine(_folder, "memory.events"), "max");

    /// <summary>Whether <see cref="Usage"/> counts what the kernel buffers for sockets. Version 1 does not.</summary>
    public static bool CountsSockets => !IsVersion1;

    private static bool IsVersion1 => File.Exists(Path.Combine(Version1, "memory.limit_in_bytes"));

    /// <summary>Changes the limit while processes run.</summary>
    /// <param name="limit">How many bytes they may have.</param>
    public void SetLimit(long limit)
        => File.WriteAllText(PathOf("memory.limit_in_bytes", "memory.max"), limit.ToString(CultureInfo.InvariantCulture));

    /// <inheritdoc/>
    public void Dispose()
    {
        for (int tries = 0; ; tries++)
        {
            try
            {
                Directory.Delete(_folder);
                return;
            }
            catch (IOException) when (tries < RemovalTries)
            {
                // The kernel has not let the last process out yet.
                Thread.Sleep(20);
            }
            catch (IOException)
            {
                return;
            }
        }
    }

    private static string Create()
        => Directory.CreateDirectory(Path.Combine(IsVersion1 ? Version1 : Version2, $"clusterdns-attack-{Guid.NewGuid():N}")).FullName;

    private string PathOf(string version1, string version2) => Path.Combine(_folder, IsVersion1 ? version1 : version2);

    private static long Read(string path) => long.Parse(File.ReadAllText(path), CultureInfo.InvariantCulture);

    private static long ReadField(string path, string name) => File.ReadLines(path)
        .Select(static line => line.Split(' '))
        .Where(fields => string.Equals(fields[0], name, StringComparison.Ordinal))
        .Select(static fields => long.Parse(fields[1], CultureInfo.InvariantCulture))
        .SingleOrDefault();

    private static string? FindLack()
    {
        try
        {
            string folder = Create();
            try
            {
                return File.Exists(Path.Combine(folder, IsVersion1 ? "memory.limit_in_bytes" : "memory.max")) ? null : "needs a memory cgroup: the controller is not enabled";
            }
            finally
            {
                Directory.Delete(folder);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return $"needs a memory cgroup: {exception.Message}";
        }
    }
}
