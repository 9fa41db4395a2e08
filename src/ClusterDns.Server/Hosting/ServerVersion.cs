using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using ClusterDns.Core.Metrics;

namespace ClusterDns.Server.Hosting;

/// <summary>What this build is.</summary>
internal static class ServerVersion
{
    private static readonly string Informational =
        typeof(ServerVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    /// <summary>The version, like <c>1.2.3</c>.</summary>
    public static string Version => Informational.Split('+')[0];

    /// <summary>The first characters of the source's revision; <c>unknown</c> in a build outside a checkout.</summary>
    public static string Revision => Informational.Split('+') is [_, { Length: >= 7 } revision, ..] ? revision[..7] : "unknown";

    /// <summary>Two lines: the name with the version; the system, the runtime and the revision.</summary>
    public static IReadOnlyList<string> Lines =>
    [
        $"ClusterDns-{Version}",
        string.Create(
            CultureInfo.InvariantCulture,
            $"{OperatingSystemName}/{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}, dotnet{Environment.Version}, {Revision}"),
    ];

    /// <summary>Exports the version in <c>coredns_build_info</c>.</summary>
    /// <param name="metrics">The process's metrics.</param>
    public static void Show(MetricRegistry metrics) => metrics
        .Gauges(
            "coredns_build_info",
            "A metric with a constant '1' value labeled by version, revision, and goversion from which CoreDNS was built.",
            "version", "revision", "goversion")
        .With(Version, Revision, RuntimeInformation.FrameworkDescription)
        .Value = 1;

    private static string OperatingSystemName =>
        OperatingSystem.IsLinux() ? "linux" : OperatingSystem.IsMacOS() ? "darwin" : OperatingSystem.IsWindows() ? "windows" : "other";
}
