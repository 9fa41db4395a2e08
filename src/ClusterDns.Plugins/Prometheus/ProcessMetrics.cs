using System.Globalization;
using System.Text;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;

namespace ClusterDns.Plugins.Prometheus;

/// <summary>Metrics of the process from Linux; read when they are exported. Where there is no /proc there are no such metrics.</summary>
/// <param name="registry">The process's metrics.</param>
/// <param name="files">Where /proc is.</param>
internal sealed class ProcessMetrics(MetricRegistry registry, IFileAccess files)
{
    // The kernel counts in USER_HZ, which is 100 on all of Linux's architectures that .NET runs on (proc(5)).
    private const double TicksPerSecond = 100;

    /// <summary>Reads.</summary>
    public void Read()
    {
        try
        {
            ReadStatistics();
            ReadLimits();
            ReadNetwork();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Another system, or a container that hides /proc: those metrics are left out.
        }
    }

    private void ReadStatistics()
    {
        // The fields are counted from the end of the command's name, which may hold spaces.
        string stat = ReadText("/proc/self/stat");
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        double cpu = (Parse(fields[11]) + Parse(fields[12])) / TicksPerSecond;
        Set("process_cpu_seconds_total", "Total user and system CPU time spent in seconds.", cpu);
        Set("process_virtual_memory_bytes", "Virtual memory size in bytes.", Parse(fields[20]));
        Set("process_resident_memory_bytes", "Resident memory size in bytes.", Parse(fields[21]) * Environment.SystemPageSize);
        string boot = ReadText("/proc/stat").Split('\n').First(static line => line.StartsWith("btime ", StringComparison.Ordinal));
        Set(
            "process_start_time_seconds",
            "Start time of the process since unix epoch in seconds.",
            Parse(boot.Split(' ')[1]) + (Parse(fields[19]) / TicksPerSecond));
        Set("process_open_fds", "Number of open file descriptors.", files.ListFolder("/proc/self/fd")?.Count ?? 0);
    }

    private void ReadLimits()
    {
        foreach (string line in ReadText("/proc/self/limits").Split('\n'))
        {
            if (line.StartsWith("Max open files", StringComparison.Ordinal))
            {
                Set("process_max_fds", "Maximum number of open file descriptors.", ParseLimit(line));
            }
            else if (line.StartsWith("Max address space", StringComparison.Ordinal))
            {
                Set("process_virtual_memory_max_bytes", "Maximum amount of virtual memory available in bytes.", ParseLimit(line));
            }
        }
    }

    private void ReadNetwork()
    {
        double received = 0;
        double sent = 0;
        foreach (string line in ReadText("/proc/self/net/dev").Split('\n'))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0)
            {
                string[] fields = line[(colon + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
                received += Parse(fields[0]);
                sent += Parse(fields[8]);
            }
        }

        Set("process_network_receive_bytes_total", "Number of bytes received by the process over the network.", received);
        Set("process_network_transmit_bytes_total", "Number of bytes sent by the process over the network.", sent);
    }

    private static double ParseLimit(string line)
    {
        const int softLimit = 26;
        string soft = line[softLimit..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];
        return string.Equals(soft, "unlimited", StringComparison.Ordinal) ? ulong.MaxValue : Parse(soft);
    }

    private static double Parse(string number) => double.Parse(number, CultureInfo.InvariantCulture);

    private string ReadText(string path) => Encoding.UTF8.GetString(files.ReadAllBytes(path));

    // A counter by name, but one that is read whole and not counted here.
    private void Set(string name, string help, double value)
    {
        if (name.EndsWith("_total", StringComparison.Ordinal))
        {
            registry.CounterReadElsewhere(name, help).Value = value;
        }
        else
        {
            registry.Gauge(name, help).Value = value;
        }
    }
}
