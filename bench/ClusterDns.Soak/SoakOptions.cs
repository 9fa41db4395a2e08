using ClusterDns.Conformance.TestKit;

namespace ClusterDns.Soak;

/// <summary>What a soak is to be.</summary>
/// <param name="Executable">The server.</param>
internal sealed record SoakOptions(Executable Executable)
{
    /// <summary>How long it takes; it ends with the round in which the time is over.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromHours(1);

    /// <summary>After how many rounds it ends, whatever the time; 0 for no such end.</summary>
    public int Rounds { get; init; }

    /// <summary>How long a round takes at least. In each the cluster changes.</summary>
    public TimeSpan RoundTime { get; init; } = TimeSpan.FromSeconds(3.33);

    /// <summary>In one round of how many there is a reload.</summary>
    public int RoundsPerReload { get; init; } = 3;

    /// <summary>How long after a line the next is told.</summary>
    public TimeSpan ReportTime { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How many questions are asked a second; 0 for as many as are answered.</summary>
    public int QueriesPerSecond { get; init; } = 2000;

    /// <summary>How many clients ask over UDP.</summary>
    public int UdpClients { get; init; } = 8;

    /// <summary>How many clients ask over TCP.</summary>
    public int TcpClients { get; init; } = 2;

    /// <summary>What the random numbers come from.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>How much the resident memory may grow, in kilobytes, from the first quarter's median to the last one's.</summary>
    public long ResidentSlack { get; init; } = 8 * 1024;
}
