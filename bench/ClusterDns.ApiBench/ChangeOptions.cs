using ClusterDns.Conformance.TestKit;
using ClusterDns.Soak;

namespace ClusterDns.ApiBench;

/// <summary>How a cluster changes under load.</summary>
/// <param name="Executable">The server.</param>
internal sealed record ChangeOptions(Executable Executable)
{
    /// <summary>How the API server is asked.</summary>
    public ApiSetting Setting { get; init; } = new(IsSecure: true, HasWatchList: true);

    /// <summary>The cluster around what changes.</summary>
    public ClusterShape Shape { get; init; } = ClusterShape.Even(5000);

    /// <summary>How many Services change.</summary>
    public int Changing { get; init; } = 400;

    /// <summary>After how many rounds it ends.</summary>
    public int Rounds { get; init; } = 6000;

    /// <summary>How many Services change in a round.</summary>
    public int ChangesPerRound { get; init; } = 10;

    /// <summary>How long a round takes at least.</summary>
    public TimeSpan RoundTime { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Whether a round ends only when the server says what has changed.</summary>
    public bool AwaitsEachRound { get; init; }

    /// <summary>Whether the watches are broken off after a third of the rounds and expire after two thirds.</summary>
    public bool BreaksWatches { get; init; } = true;

    /// <summary>How many questions are asked a second; 0 for as many as are answered.</summary>
    public int QueriesPerSecond { get; init; } = 2000;

    /// <summary>How many clients ask.</summary>
    public int Clients { get; init; } = 8;

    /// <summary>What the random numbers come from.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>How much the resident memory may grow, in kilobytes, from the first quarter's median to the last one's.</summary>
    public long ResidentSlack { get; init; } = 8 * 1024;

    /// <summary>How many descriptors more there may be in the last quarter than in the first.</summary>
    public int DescriptorSlack { get; init; } = SoakVerdict.DescriptorSlack;
}
