namespace ClusterDns.Tests.TestKit;

/// <summary>Tests beside which no other runs: they measure what the process has in common, its heap or its pools of arrays.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public static class Alone
{
    /// <summary>The collection's name.</summary>
    public const string Name = nameof(Alone);
}
