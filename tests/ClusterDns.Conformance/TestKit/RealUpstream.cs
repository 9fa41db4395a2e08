using System.Diagnostics;

namespace ClusterDns.Conformance.TestKit;

/// <summary>A DNS server of somebody else's, as a child process on a port of the loopback interface.</summary>
internal sealed class RealUpstream : IDisposable
{
    private const int MaxTries = 5;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Process _process;

    private RealUpstream(Process process, int port)
    {
        _process = process;
        Port = port;
    }

    public int Port { get; }

    /// <summary>Where a program is; null where it is not installed.</summary>
    /// <param name="program">Its name. Servers are often in folders that only the superuser looks into.</param>
    public static string? Find(string program) => (Environment.GetEnvironmentVariable("PATH") + ":/usr/sbin:/usr/local/sbin:/sbin")
        .Split(':', StringSplitOptions.RemoveEmptyEntries)
        .Select(folder => Path.Combine(folder, program))
        .FirstOrDefault(File.Exists);

    /// <summary>Starts unbound with the signed zone of <see cref="UpstreamZones"/>.</summary>
    /// <param name="folder">A folder of its own.</param>
    /// <param name="options">More lines of its server clause.</param>
    public static Task<RealUpstream> StartUnboundAsync(DirectoryInfo folder, params string[] options)
    {
        string zone = Path.Combine(folder.FullName, "zone");
        File.WriteAllText(zone, UpstreamZones.Signed);
        return StartAsync(
            port =>
            {
                string file = Path.Combine(folder.FullName, "unbound.conf");
                File.WriteAllText(file, UpstreamZones.UnboundConfiguration(port, folder.FullName, zone, options));
                return new ProcessStartInfo(Find("unbound")!, ["-d", "-p", "-c", file]);
            });
    }

    /// <summary>Starts dnsmasq with a few names.</summary>
    /// <param name="folder">A folder of its own.</param>
    public static Task<RealUpstream> StartDnsmasqAsync(DirectoryInfo folder) => StartAsync(
        port =>
        {
            string file = Path.Combine(folder.FullName, "dnsmasq.conf");
            File.WriteAllText(file, UpstreamZones.DnsmasqConfiguration(port));
            return new ProcessStartInfo(Find("dnsmasq")!, ["--keep-in-foreground", $"--conf-file={file}"]);
        });

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private static async Task<RealUpstream> StartAsync(Func<int, ProcessStartInfo> create)
    {
        string said = "";
        for (int tries = 0; tries < MaxTries; tries++)
        {
            int port = FreePort.Find();
            ProcessStartInfo start = create(port);
            start.UseShellExecute = false;
            start.RedirectStandardError = true;
            start.RedirectStandardOutput = true;
            Process process = Process.Start(start)!;
            Task<string> errors = process.StandardError.ReadToEndAsync();
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            RealUpstream upstream = new(process, port);
            using CancellationTokenSource patience = new(Patience);
            while (!process.HasExited && !patience.IsCancellationRequested)
            {
                string answer = await Dig.RunAsync(port, "+time=1", "+tcp", "ready.test", "TXT");
                string answerByDatagram = await Dig.RunAsync(port, "+time=1", "ready.test", "TXT");
                if ((answer + answerByDatagram).Contains("status: NOERROR", StringComparison.Ordinal))
                {
                    return upstream;
                }
            }

            // Another program has got the port meanwhile, or the configuration is wrong.
            process.Kill();
            said = await errors + await output;
            upstream.Dispose();
        }

        throw new InvalidOperationException($"the upstream does not start: {said}");
    }
}

/// <summary>A test of all builds that needs a program which may be missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ProgramTheoryAttribute : TheoryAttribute
{
    public ProgramTheoryAttribute(string program)
    {
        if (RealUpstream.Find(program) is null)
        {
            Skip = $"{program} is not installed; test.sh installs it where there is apt-get";
        }
    }
}
