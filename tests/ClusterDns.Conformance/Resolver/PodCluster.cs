using ClusterDns.Conformance.TestKit;
using ClusterDns.Soak;
using ClusterDns.TestKit;

namespace ClusterDns.Conformance.Resolver;

/// <summary>
/// A cluster's network: the server under kubeadm's Corefile at the address that pods are given, what it forwards to, and pods, each with an
/// /etc of its own.
/// </summary>
public class PodCluster : IAsyncLifetime
{
    /// <summary>The Service's address.</summary>
    public const string DnsAddress = "10.96.0.10";

    /// <summary>The same of the other family.</summary>
    public const string DnsAddressOfIPv6 = "fd00:10:96::a";

    private static readonly string KubeadmsCorefile =
        Path.Combine(Repository.Root, "tests", "ClusterDns.Core.Tests", "Data", "corefiles", "kubeadm.Corefile");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("clusterdns-pods-");
    private readonly string _corefilePath;
    private readonly string _manifestPath;
    private PodNetwork? _network;
    private RunningServer? _outside;
    private RunningServer? _server;
    private int _pods;

    /// <summary>
    /// A cluster that <see cref="InitializeAsync"/> starts. Its Corefile is read again when a test says so, and not beside that, since what the
    /// log tells of the one would be taken for the other.
    /// </summary>
    public PodCluster()
    {
        _corefilePath = Path.Combine(_folder.FullName, "Corefile");
        _manifestPath = Path.Combine(_folder.FullName, "cluster.yaml");
        Corefile = File.ReadAllText(KubeadmsCorefile)
            .Replace("\n    errors\n", $"\n    bind {DnsAddress} {DnsAddressOfIPv6}\n    log\n    errors\n", StringComparison.Ordinal)
            .Replace("pods insecure\n", $"pods insecure\n       manifests {_manifestPath}\n", StringComparison.Ordinal)
            .Replace("    reload\n", "", StringComparison.Ordinal)
            .Replace("/etc/resolv.conf", OutsideServers.First, StringComparison.Ordinal);
    }

    /// <summary>The Corefile that the server starts with.</summary>
    public string Corefile { get; }

    /// <summary>The server that is tested.</summary>
    internal RunningServer Server => _server!;

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        // Where the tests are skipped, this is all the same asked to begin.
        if (PodNetwork.Lack is not null)
        {
            return;
        }

        _network = await PodNetwork.CreateAsync([$"{DnsAddress}/32", $"{DnsAddressOfIPv6}/128", .. OutsideServers.Addresses.Select(static address => $"{address}/32")]);
        string outside = Path.Combine(_folder.FullName, "Outside");
        await File.WriteAllTextAsync(outside, OutsideServers.Corefile);
        _outside = await StartAsync(outside);
        await File.WriteAllTextAsync(_manifestPath, Manifest());
        await File.WriteAllTextAsync(_corefilePath, Corefile);
        _server = await StartAsync(_corefilePath);
    }

    /// <inheritdoc/>
    public Task DisposeAsync()
    {
        _server?.Dispose();
        _outside?.Dispose();
        _network?.Dispose();
        _folder.Delete(recursive: true);
        return Task.CompletedTask;
    }

    /// <summary>Asks in a pod of its own.</summary>
    /// <param name="libc">The pod's C library.</param>
    /// <param name="dns">What the pod is told.</param>
    /// <param name="questions">What resolve.c reads.</param>
    /// <returns>What it prints for each; addresses and records in alphabetic order.</returns>
    internal async Task<string[]> AskAsync(StubResolver libc, PodDns dns, params string[] questions)
    {
        DirectoryInfo etc = _folder.CreateSubdirectory(FormattableString.Invariant($"etc-{Interlocked.Increment(ref _pods)}"));
        await File.WriteAllTextAsync(Path.Combine(etc.FullName, "resolv.conf"), dns.ToString());
        await File.WriteAllTextAsync(Path.Combine(etc.FullName, "nsswitch.conf"), "hosts: files dns\n");
        await File.WriteAllTextAsync(Path.Combine(etc.FullName, "hosts"), "127.0.0.1 localhost\n");
        (string command, string[] arguments) = _network!.Enter(
            "unshare", "--mount", "sh", "-euc", "mount --bind \"$1\" /etc; exec \"$2\"", "sh", etc.FullName, await libc.GetProgramAsync());
        string printed = await ChildProgram.RunAsync(command, arguments, string.Join('\n', questions));
        string[] answers = printed.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(questions.Length, answers.Length);
        return [.. questions.Zip(answers, Order)];
    }

    /// <summary>Asks one thing in a pod as most are.</summary>
    /// <param name="libc">The pod's C library.</param>
    /// <param name="question">What resolve.c reads.</param>
    /// <returns>What it prints.</returns>
    internal async Task<string> AskAsync(StubResolver libc, string question) => (await AskAsync(libc, PodDns.ClusterFirst, question))[0];

    /// <summary>Changes the Corefile, and waits until that has been taken over.</summary>
    /// <param name="corefile">Its text.</param>
    internal async Task ChangeCorefileAsync(string corefile)
    {
        Task<string> reloaded = Server.NextOutputAsync("[INFO] Reloading complete", "Corefile parse failed", "reload failed");
        ReloadDriver.Write(_corefilePath, corefile);
        await Server.SignalAsync("USR1");
        Assert.EndsWith("[INFO] Reloading complete", await reloaded, StringComparison.Ordinal);
    }

    /// <summary>Changes the cluster, and waits until the server has noticed.</summary>
    /// <param name="objects">What there is beside the <see cref="Manifest"/>.</param>
    internal async Task ChangeObjectsAsync(string objects)
    {
        Task<string> reloaded = Server.NextOutputAsync("Manifests reloaded", "Manifests not reloaded");
        ReloadDriver.Write(_manifestPath, Manifest() + objects);
        Assert.EndsWith("Manifests reloaded", await reloaded, StringComparison.Ordinal);
    }

    /// <summary>The objects that there are at first.</summary>
    protected virtual string Manifest() => ClusterObjects.Namespace("default") + ClusterObjects.Namespace("shop");

    private static string Order(string question, string answer)
    {
        if (question.StartsWith("srv ", StringComparison.Ordinal))
        {
            return string.Join(", ", answer.Split(", ").Order(StringComparer.Ordinal));
        }

        string[] words = answer.Split(' ');
        return string.Join(' ', [words[0], .. words[1..].Order(StringComparer.Ordinal)]);
    }

    private async Task<RunningServer> StartAsync(string corefile)
    {
        (string command, string[] arguments) = _network!.Enter([Executable.Best.Command, .. Executable.Best.First]);
        Executable inside = new(Executable.Best.Name, command, arguments);
        RunningServer server = RunningServer.Start(inside, _folder.FullName, "-conf", corefile);
        await server.WaitUntilServingAsync();
        return server;
    }
}
