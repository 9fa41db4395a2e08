using ClusterDns.Conformance.TestKit;

namespace ClusterDns.Siege;

/// <summary>What a siege is to be.</summary>
/// <param name="Executable">The server.</param>
internal sealed record SiegeOptions(Executable Executable)
{
    /// <summary>Whether the server is CoreDNS, which reads no manifests: it gets the cluster's names as a zone file.</summary>
    public bool IsCoreDns { get; init; }

    /// <summary>How long it takes.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The server's memory in MiB.</summary>
    public int Memory { get; init; } = 170;

    /// <summary>The server's hard limit of descriptors.</summary>
    public int Descriptors { get; init; } = 1024;

    /// <summary>The server's only processor; null for all.</summary>
    public int? Core { get; init; } = 0;

    /// <summary>How many TCP clients ask for large answers and never read.</summary>
    public int Clients { get; init; } = 600;

    /// <summary>How many scrapers never read.</summary>
    public int Scrapers { get; init; } = 20;

    /// <summary>How many random names a second are asked below a silent upstream.</summary>
    public int SilentPerSecond { get; init; } = 2000;

    /// <summary>How many Services there are.</summary>
    public int Services { get; init; } = 5000;

    /// <summary>How many endpoints each Service has.</summary>
    public int EndpointsOfEach { get; init; } = 10;

    /// <summary>How often the cluster is written again.</summary>
    public TimeSpan ClusterPeriod { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often the server reloads.</summary>
    public TimeSpan ReloadPeriod { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often a line is printed.</summary>
    public TimeSpan ReportPeriod { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How many times as long as required an answer may take: more than 1 where the machine does other work too.</summary>
    public double Slack { get; init; } = 1;

    /// <summary>How much of its memory the server may use, sockets included.</summary>
    public double MemoryShare { get; init; } = 0.85;
}
