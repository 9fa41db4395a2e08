using System.Globalization;
using System.Net;

namespace ClusterDns.Soak;

/// <summary>What a process has of the system, as /proc tells.</summary>
/// <param name="ResidentKilobytes">Its resident memory.</param>
/// <param name="Threads">Its threads, those of the runtime's pool apart.</param>
/// <param name="PoolThreads">The threads of the runtime's pool, which has more of them when the machine is busy.</param>
/// <param name="Descriptors">Its open descriptors, UDP sockets to the upstream apart.</param>
/// <param name="UpstreamSockets">Its UDP sockets to the upstream; they are opened at random, up to a bound.</param>
internal sealed record ProcessFigures(long ResidentKilobytes, int Threads, int PoolThreads, int Descriptors, int UpstreamSockets)
{
    private const int RemoteField = 2;
    private const int InodeField = 9;

    /// <summary>Looks.</summary>
    /// <param name="processId">The process.</param>
    /// <param name="upstreamPort">The upstream's port on loopback.</param>
    public static ProcessFigures Read(int processId, int upstreamPort)
    {
        string folder = $"/proc/{processId.ToString(CultureInfo.InvariantCulture)}";
        HashSet<string> toUpstream = FindInodes(upstreamPort);
        int others = 0;
        int upstreamSockets = 0;
        foreach (string descriptor in Directory.EnumerateFileSystemEntries(folder + "/fd"))
        {
            // One that was closed meanwhile has no target.
            if (new FileInfo(descriptor).LinkTarget is { } target)
            {
                bool isToUpstream = toUpstream.Contains(target);
                upstreamSockets += isToUpstream ? 1 : 0;
                others += isToUpstream ? 0 : 1;
            }
        }

        List<string> threads = [.. ReadThreadNames(folder)];
        int poolThreads = threads.Count(static name => name.StartsWith(".NET TP", StringComparison.Ordinal));
        return new ProcessFigures(
            ReadField(File.ReadAllLines(folder + "/status"), "VmRSS:"), threads.Count - poolThreads, poolThreads, others, upstreamSockets);
    }

    /// <summary>A field of /proc/PID/status.</summary>
    /// <param name="status">The lines.</param>
    /// <param name="name">The field's name with its colon.</param>
    public static long ReadField(string[] status, string name)
        => long.Parse(
            status.First(line => line.StartsWith(name, StringComparison.Ordinal)).Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1],
            CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{ResidentKilobytes / 1024.0:F1} MB resident, {Threads} threads and {PoolThreads} of the pool, {Descriptors} descriptors and {UpstreamSockets} to the upstream");

    private static HashSet<string> FindInodes(int upstreamPort)
    {
        string remote = string.Create(
            CultureInfo.InvariantCulture, $"{BitConverter.ToUInt32(IPAddress.Loopback.GetAddressBytes()):X8}:{upstreamPort:X4}");
        HashSet<string> inodes = [];
        foreach (string line in File.ReadLines("/proc/net/udp"))
        {
            string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (string.Equals(fields[RemoteField], remote, StringComparison.Ordinal))
            {
                inodes.Add($"socket:[{fields[InodeField]}]");
            }
        }

        return inodes;
    }

    private static IEnumerable<string> ReadThreadNames(string folder)
    {
        foreach (string thread in Directory.EnumerateDirectories(folder + "/task"))
        {
            string name;
            try
            {
                name = File.ReadAllText(thread + "/comm");
            }
            catch (IOException)
            {
                // It has ended meanwhile.
                continue;
            }

            yield return name;
        }
    }
}
