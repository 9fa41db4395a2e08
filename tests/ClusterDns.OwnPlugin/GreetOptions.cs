using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Wire;

namespace ClusterDns.OwnPlugin;

/// <summary>The options of the greet plugin.</summary>
public sealed record GreetOptions
{
    /// <summary>The text that names of the zone are answered with.</summary>
    public string Greeting { get; init; } = "hello";

    /// <summary>The TTL of answers, in seconds.</summary>
    public uint TimeToLive { get; init; } = 5;

    /// <summary>A file with the greeting; null for none.</summary>
    public Token? File { get; init; }

    /// <summary>The only record type that the block takes, as a view; null when it takes all.</summary>
    public RecordType? Only { get; init; }
}
