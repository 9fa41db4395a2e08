namespace ClusterDns.Conformance.TestKit;

/// <summary>A test of the published executable in namespaces of its own, which takes root and the executable.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NativeRootFactAttribute : FactAttribute
{
    /// <summary>Skips the test where it cannot run.</summary>
    public NativeRootFactAttribute() => Skip = NativeRoot.Lack;
}

/// <inheritdoc cref="NativeRootFactAttribute"/>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NativeRootTheoryAttribute : TheoryAttribute
{
    /// <inheritdoc cref="NativeRootFactAttribute()"/>
    public NativeRootTheoryAttribute() => Skip = NativeRoot.Lack;
}

/// <summary>Whether such tests can run.</summary>
internal static class NativeRoot
{
    /// <summary>What is missing; null when nothing is.</summary>
    public static string? Lack { get; } =
        Executable.Native is null ? "needs the published executable, which test.sh makes"
        : !OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess ? "needs root on Linux, for namespaces"
        : null;
}
