using System.Globalization;
using ClusterDns.Conformance.TestKit;
using ClusterDns.Core.Wire;
using ClusterDns.Soak;

namespace ClusterDns.Attack.TestKit;

/// <summary>The executable under limits, with a folder of its own.</summary>
internal sealed class AttackedServer : IDisposable
{
    private const double TicksPerSecond = 100;

    private readonly DirectoryInfo _folder;
    private readonly RunningServer _server;
    private readonly NetworkNamespace? _network;

    private AttackedServer(DirectoryInfo folder, RunningServer server, MemoryGroup? group, NetworkNamespace? network)
    {
        _folder = folder;
        _server = server;
        Group = group;
        _network = network;
    }

    /// <summary>Its cgroup; null without one.</summary>
    public MemoryGroup? Group { get; }

    /// <summary>The port of its first server block.</summary>
    public int Port => _server.Port;

    /// <summary>The process.</summary>
    public int ProcessId => _server.ProcessId;

    /// <summary>Everything that it has written.</summary>
    public string Output => string.Join('\n', _server.Errors.ToArray().Concat(_server.Output.ToArray()));

    /// <summary>Whether the process runs.</summary>
    public bool IsAlive => Directory.Exists($"/proc/{ProcessId}") && !File.ReadAllText($"/proc/{ProcessId}/stat").Contains(") Z", StringComparison.Ordinal);

    /// <summary>Its resident memory now, in MiB.</summary>
    public long Resident => ReadStatus("VmRSS:") / 1024;

    /// <summary>The most resident memory that it has had, in MiB.</summary>
    public long ResidentPeak => ReadStatus("VmHWM:") / 1024;

    /// <summary>Its open descriptors.</summary>
    public int Descriptors => Directory.GetFileSystemEntries($"/proc/{ProcessId}/fd").Length;

    /// <summary>The processor time that it has used.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            string stat = File.ReadAllText($"/proc/{ProcessId}/stat");
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return TimeSpan.FromSeconds((long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond);
        }
    }

    /// <summary>Starts one, and waits until it serves.</summary>
    /// <param name="corefile">The Corefile; FOLDER stands for the folder.</param>
    /// <param name="limits">What it may have; null for everything.</param>
    /// <param name="files">What else is in the folder.</param>
    public static async Task<AttackedServer> StartAsync(string corefile, Limits? limits = null, params (string Name, string Text)[] files)
    {
        AttackedServer server = Launch(corefile, limits, files);
        try
        {
            await server._server.WaitUntilServingAsync();
            return server;
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    /// <summary>Starts one that may fail.</summary>
    /// <param name="corefile">The Corefile; FOLDER stands for the folder.</param>
    /// <param name="limits">What it may have; null for everything.</param>
    /// <param name="files">What else is in the folder.</param>
    public static AttackedServer Launch(string corefile, Limits? limits = null, params (string Name, string Text)[] files)
    {
        limits ??= new Limits();
        DirectoryInfo folder = Directory.CreateTempSubdirectory("clusterdns-attack-");
        foreach ((string name, string text) in files)
        {
            Write(folder, name, text);
        }

        Write(folder, "Corefile", corefile);
        MemoryGroup? group = limits.CreateGroup();
        RunningServer server = RunningServer.Start(limits.Wrap(Executable.Best, group), folder.FullName, "-conf", Path.Combine(folder.FullName, "Corefile"));
        return new AttackedServer(folder, server, group, limits.Network);
    }

    /// <summary>A file of the folder.</summary>
    public string PathOf(string name) => Path.Combine(_folder.FullName, name);

    /// <summary>Writes a file, whole: nobody reads half of it.</summary>
    public void Write(string name, string text) => Write(_folder, name, text);

    /// <summary>Puts a symbolic link in a file's place.</summary>
    public void Link(string name, string target)
    {
        File.CreateSymbolicLink(PathOf(name + ".link"), target);
        File.Move(PathOf(name + ".link"), PathOf(name), overwrite: true);
    }

    /// <summary>Asks over UDP, and tells the answer in few words.</summary>
    public async Task<string> AskAsync(string name, RecordType type = RecordType.A, TimeSpan? patience = null)
        => Message.Describe(await Client.AskAsync(Port, Message.Query(name, type, Random.Shared.Next(65536)), patience, network: _network));

    /// <summary>Asks over TCP, and tells the answer in few words.</summary>
    public async Task<string> AskStreamAsync(string name, RecordType type = RecordType.A, TimeSpan? patience = null)
        => Message.Describe(await Client.AskStreamAsync(Port, Message.Query(name, type, Random.Shared.Next(65536)), patience, network: _network));

    /// <summary>Waits until something is so, or fails.</summary>
    /// <param name="condition">What is to be.</param>
    /// <param name="what">What is waited for, for the message.</param>
    /// <param name="patience">How long; null for 20 s.</param>
    public async Task UntilAsync(Func<Task<bool>> condition, string what, TimeSpan? patience = null)
    {
        using CancellationTokenSource over = new(patience ?? TimeSpan.FromSeconds(20));
        while (!await condition())
        {
            Assert.False(over.IsCancellationRequested, $"not {what}: {Describe()}");
            Assert.True(IsAlive, $"not {what}: {Describe()}");
            await Task.Delay(20);
        }
    }

    /// <summary>Sends a signal.</summary>
    public Task SignalAsync(string name) => _server.SignalAsync(name);

    /// <summary>Waits for the end.</summary>
    /// <returns>The exit code.</returns>
    public Task<int> WaitForExitAsync() => _server.WaitForExitAsync();

    /// <summary>Fails unless the process runs and the kernel has killed nothing.</summary>
    public void AssertAlive()
    {
        Assert.True(IsAlive, Describe());
        Assert.Equal(0, Group?.Kills ?? 0);
    }

    /// <summary>Tells how it is.</summary>
    public string Describe() => _server.Describe();

    /// <inheritdoc/>
    public void Dispose()
    {
        _server.Dispose();
        Group?.Dispose();
        _folder.Delete(recursive: true);
    }

    private static void Write(DirectoryInfo folder, string name, string text)
    {
        string path = Path.Combine(folder.FullName, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path + ".new", text.Replace("FOLDER", folder.FullName, StringComparison.Ordinal));
        File.Move(path + ".new", path, overwrite: true);
    }

    private long ReadStatus(string name)
    {
        try
        {
            return ProcessFigures.ReadField(File.ReadAllLines($"/proc/{ProcessId}/status"), name);
        }
        catch (Exception exception) when (exception is IOException or InvalidOperationException)
        {
            // It has ended; AssertAlive says so.
            return 0;
        }
    }
}
