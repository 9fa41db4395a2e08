using System.Diagnostics;
using System.Globalization;
using ClusterDns.Conformance.TestKit;

namespace ClusterDns.Conformance.Resolver;

/// <summary>A network namespace with nothing but addresses of its own, in which port 53 is free. It ends with the process that made it.</summary>
internal sealed class PodNetwork : IDisposable
{
    // A user namespace makes root of somebody who is not.
    private static readonly string[] MakeRoot = Environment.IsPrivilegedProcess ? [] : ["--user", "--map-root-user"];
    private static readonly string[] EnterAsRoot = Environment.IsPrivilegedProcess ? [] : ["--user", "--preserve-credentials"];

    private readonly Process _holder;

    private PodNetwork(Process holder) => _holder = holder;

    /// <summary>What is missing for such tests; null when nothing is.</summary>
    public static string? Lack { get; } = FindLack();

    /// <summary>Makes one.</summary>
    /// <param name="addresses">Its addresses, each with its prefix length.</param>
    public static async Task<PodNetwork> CreateAsync(params string[] addresses)
    {
        ProcessStartInfo start = new(
            "unshare",
            [
                .. MakeRoot, "--net", "sh", "-euc",
                "ip link set lo up; for address; do ip address add $address dev lo; done; echo ready; exec cat", "sh", .. addresses,
            ])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment["PATH"] += ":/usr/sbin:/sbin";
        PodNetwork network = new(Process.Start(start)!);
        Assert.Equal("ready", await network._holder.StandardOutput.ReadLineAsync());
        return network;
    }

    /// <summary>A command that runs another one within; it becomes that one, under the same process id.</summary>
    /// <param name="command">The other one, and its arguments.</param>
    /// <returns>The command, and its arguments.</returns>
    public (string Command, string[] Arguments) Enter(params string[] command)
        => ("nsenter", [.. EnterAsRoot, "--target", _holder.Id.ToString(CultureInfo.InvariantCulture), "--net", "--", .. command]);

    /// <inheritdoc/>
    public void Dispose()
    {
        _holder.Kill();
        _holder.Dispose();
    }

    private static string? FindLack()
    {
        if (!OperatingSystem.IsLinux())
        {
            return "needs Linux, for namespaces";
        }

        foreach (string program in (string[])["gcc", "musl-gcc", "ip", "unshare", "nsenter"])
        {
            if (RealUpstream.Find(program) is null)
            {
                return $"{program} is not installed; test.sh installs it where there is apt-get";
            }
        }

        using Process attempt = Process.Start(new ProcessStartInfo("unshare", [.. MakeRoot, "--net", "--mount", "true"])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
        })!;
        attempt.WaitForExit();
        return attempt.ExitCode == 0 ? null : $"needs network and mount namespaces: {attempt.StandardError.ReadToEnd().Trim()}";
    }
}

/// <summary>A test within a <see cref="PodNetwork"/>.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PodFactAttribute : FactAttribute
{
    /// <summary>Skips the test where it cannot run.</summary>
    public PodFactAttribute() => Skip = PodNetwork.Lack;
}

/// <inheritdoc cref="PodFactAttribute"/>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PodTheoryAttribute : TheoryAttribute
{
    /// <inheritdoc cref="PodFactAttribute()"/>
    public PodTheoryAttribute() => Skip = PodNetwork.Lack;
}
