using System.Globalization;
using ClusterDns.Conformance.TestKit;

namespace ClusterDns.Attack.TestKit;

/// <summary>What a server may have.</summary>
internal sealed record Limits
{
    private const int Mebibyte = 1024 * 1024;

    /// <summary>Its memory in MiB, by cgroup; without one the limit of .NET's heap. Null for no limit.</summary>
    public int? Memory { get; init; }

    /// <summary>The soft limit of descriptors; null for the test's own.</summary>
    public int? SoftDescriptors { get; init; }

    /// <summary>The hard limit of descriptors; null for the soft one.</summary>
    public int? HardDescriptors { get; init; }

    /// <summary>The network namespace; null for the test's own.</summary>
    public NetworkNamespace? Network { get; init; }

    /// <summary>The only processor; null for all.</summary>
    public int? Core { get; init; }

    /// <summary>Where standard output goes instead of to the test: a shell's redirections.</summary>
    public string Redirect { get; init; } = "";

    /// <summary>A variable of its environment, <c>NAME=VALUE</c>; empty for none.</summary>
    public string Environment { get; init; } = "";

    /// <summary>The deployment's: 170 MiB, which is what deploy/ asks for, and 1,024 descriptors.</summary>
    public static Limits Deployed { get; } = new() { Memory = 170, SoftDescriptors = 1024, HardDescriptors = 1024 };

    /// <summary>The executable under these limits.</summary>
    /// <param name="executable">The executable.</param>
    /// <param name="group">The cgroup to join; null for none.</param>
    public Executable Wrap(Executable executable, MemoryGroup? group)
    {
        List<string> command = [];
        if (group is null && Memory is { } memory)
        {
            command.AddRange(["env", string.Create(CultureInfo.InvariantCulture, $"DOTNET_GCHeapHardLimit={(long)memory * Mebibyte * 3 / 4:X}")]);
        }

        if (Environment.Length > 0)
        {
            command.AddRange(["env", Environment]);
        }

        if (SoftDescriptors is { } soft)
        {
            command.AddRange(["prlimit", string.Create(CultureInfo.InvariantCulture, $"--nofile={soft}:{HardDescriptors ?? soft}"), "--"]);
        }

        if (Core is { } core)
        {
            command.AddRange(["taskset", "-c", core.ToString(CultureInfo.InvariantCulture)]);
        }

        command.AddRange([executable.Command, .. executable.First]);
        string join = group is null ? "" : $"echo $$ > {group.Members}; ";
        (string shell, string[] first) = ("sh", ["-euc", $"{join}exec \"$@\" {Redirect}", "sh", .. command]);
        return Network is null
            ? new Executable(executable.Name, shell, first)
            : new Executable(executable.Name, Network.Enter(shell, first).Command, Network.Enter(shell, first).Arguments);
    }

    /// <summary>The cgroup that these limits need; null for none.</summary>
    public MemoryGroup? CreateGroup() => Memory is { } memory && MemoryGroup.Lack is null ? new MemoryGroup((long)memory * Mebibyte) : null;
}
