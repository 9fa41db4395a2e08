using ClusterDns.Conformance.TestKit;

namespace ClusterDns.Attack.TestKit;

/// <summary>What a test needs beyond the published executable.</summary>
[Flags]
public enum Needs
{
    /// <summary>Nothing: the executable on Linux.</summary>
    Executable = 0,

    /// <summary>A memory cgroup of its own. Without one the heap limit of .NET stands in, unless <see cref="Root"/> is needed too.</summary>
    MemoryGroup = 1,

    /// <summary>The superuser.</summary>
    Root = 2,

    /// <summary>A network namespace of its own.</summary>
    Network = 4,

    /// <summary>Two processors: one for the server, one for everything else.</summary>
    TwoCores = 8,
}

/// <summary>A test against the published executable.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class AttackFactAttribute : FactAttribute
{
    /// <summary>Skips the test where it cannot run, with the reason.</summary>
    /// <param name="needs">What it needs.</param>
    public AttackFactAttribute(Needs needs = Needs.Executable) => Skip = Lack.Of(needs);
}

/// <inheritdoc cref="AttackFactAttribute"/>
[AttributeUsage(AttributeTargets.Method)]
public sealed class AttackTheoryAttribute : TheoryAttribute
{
    /// <inheritdoc cref="AttackFactAttribute(Needs)"/>
    public AttackTheoryAttribute(Needs needs = Needs.Executable) => Skip = Lack.Of(needs);
}

/// <summary>What the system does not give.</summary>
internal static class Lack
{
    /// <summary>What is missing; null when nothing is.</summary>
    public static string? Of(Needs needs)
        => Executable.Native is null || !OperatingSystem.IsLinux() ? "needs the published executable on Linux, which test.sh makes"
        : needs.HasFlag(Needs.Root) && !Environment.IsPrivilegedProcess ? "needs root"
        : needs.HasFlag(Needs.MemoryGroup) && MemoryGroup.Lack is { } memory ? memory
        : needs.HasFlag(Needs.Network) && NetworkNamespace.Lack is { } network ? network
        : needs.HasFlag(Needs.TwoCores) && Environment.ProcessorCount < 2 ? "needs two processors"
        : null;
}
