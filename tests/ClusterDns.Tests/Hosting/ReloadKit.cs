using System.Collections.Concurrent;
using System.Net;
using System.Text;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Http;
using ClusterDns.Core.Logging;
using ClusterDns.Core.Memory;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins;
using ClusterDns.Server.CommandLine;
using ClusterDns.Server.Files;
using ClusterDns.Server.Hosting;
using ClusterDns.Server.Listeners;
using ClusterDns.Server.Serving;
using ClusterDns.Server.Upstreams;
using ClusterDns.Tests.Listeners;
using ClusterDns.Tests.TestKit;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace ClusterDns.Tests.Hosting;

/// <summary>A server with its reloader on the loopback interface, a Corefile in a folder of its own, and time that the test moves.</summary>
internal sealed class ReloadKit : ILogOutput, IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();
    private readonly UpstreamFactory _upstreams;
    private bool _isStopped;

    private ReloadKit(
        string corefile, (string File, string Text)[] files, long memory = MemoryBudget.Unlimited, Action<PluginList>? configure = null)
    {
        PluginList plugins = PluginCatalog.Create();
        configure?.Invoke(plugins);
        Write(corefile);
        foreach ((string file, string text) in files)
        {
            Write(file, text);
        }

        _upstreams = new UpstreamFactory(Metrics, Time);
        Files = new CountingFiles();
        Memory = new MemoryBudget(MemoryTable.Rules, memory, Metrics);
        Environment = new ServerEnvironment(
            plugins,
            new PluginEnvironment
            {
                Loggers = new KitLoggers(this),
                LogOutput = this,
                Metrics = Metrics,
                Time = Time,
                Files = Files,
                Upstreams = _upstreams,
                NextSeed = static () => 42,
                Memory = Memory,
            });
        Configuration = new Configuration(
            new CommandLineOptions { ConfigurationFile = PathOf("Corefile") },
            Environment,
            new CorefileLoader(static _ => null, static () => Stream.Null));
        Memory.LogTo(Environment.Process.Loggers.CreateLogger("memory"));
        Server = new DnsServer(TestServices.Create(Metrics, Time, Environment.Process.Loggers, memory: Memory));
        ReloadMetrics metrics = new(Metrics);
        Running = new RunningConfiguration(Configuration, Server, metrics, isOn => IsDebug = isOn, static _ => { }, Environment);
        Reloader = new ConfigurationReloader(Configuration, Running, metrics, Environment);
    }

    public MetricRegistry Metrics { get; } = new();

    public FakeTimeProvider Time { get; } = new();

    public MemoryBudget Memory { get; }

    public CountingFiles Files { get; }

    public ServerEnvironment Environment { get; }

    public Configuration Configuration { get; }

    public DnsServer Server { get; }

    public ConfigurationReloader Reloader { get; }

    public RunningConfiguration Running { get; }

    public ServerModel Model => Running.Model ?? throw new InvalidOperationException("the server has not started");

    /// <summary>Whether debug lines are written.</summary>
    public bool IsDebug { get; private set; }

    public ConcurrentQueue<string> Log { get; } = new();

    /// <summary>The lines that plugins formatted themselves.</summary>
    public ConcurrentQueue<string> Lines { get; } = new();

    public IPEndPoint Endpoint => Server.Listeners[Model.Listeners[0].Place].BoundEndpoints[0];

    /// <summary>Starts one.</summary>
    /// <param name="corefile">The Corefile; <c>FOLDER</c> in it stands for the folder.</param>
    /// <param name="files">What else is in the folder.</param>
    public static Task<ReloadKit> StartAsync(string corefile, params (string File, string Text)[] files)
        => StartAsync(new ReloadKit(corefile, files));

    /// <summary>Starts one with other plugins beside those of this version.</summary>
    /// <param name="configure">Adds the plugins.</param>
    /// <param name="corefile">The Corefile; <c>FOLDER</c> in it stands for the folder.</param>
    /// <param name="files">What else is in the folder.</param>
    public static Task<ReloadKit> StartWithAsync(Action<PluginList> configure, string corefile, params (string File, string Text)[] files)
        => StartAsync(new ReloadKit(corefile, files, configure: configure));

    /// <summary>Starts one within a memory limit.</summary>
    /// <param name="memory">The limit, in bytes.</param>
    /// <param name="corefile">The Corefile; <c>FOLDER</c> in it stands for the folder.</param>
    /// <param name="files">What else is in the folder.</param>
    public static Task<ReloadKit> StartWithinAsync(long memory, string corefile, params (string File, string Text)[] files)
        => StartAsync(new ReloadKit(corefile, files, memory));

    private static async Task<ReloadKit> StartAsync(ReloadKit kit)
    {
        Assert.Null(await kit.Running.StartAsync(CancellationToken.None));
        kit.Reloader.Start();
        return kit;
    }

    public string PathOf(string file) => Path.Combine(_folder.FullName, file);

    public void Write(string corefile) => Write("Corefile", corefile);

    public void Write(string file, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(file))!);
        File.WriteAllText(PathOf(file), text.Replace("FOLDER", _folder.FullName, StringComparison.Ordinal));
    }

    /// <summary>Lets time pass until the reloader has looked once.</summary>
    public async Task LookAsync()
    {
        int before = Reloader.Ended;
        await TestListener.UntilAsync(() => Reloader.Waits > before);
        Time.Advance(Reloader.Wait);
        await TestListener.UntilAsync(() => Reloader.Ended > before);
    }

    /// <summary>Asks for a reload, and waits for its end.</summary>
    public async Task RequestAsync()
    {
        int before = Reloader.Ended;
        Reloader.Request();
        await TestListener.UntilAsync(() => Reloader.Ended > before);
    }

    /// <summary>Stops the reloader as the process does before it stops the server.</summary>
    /// <param name="deadline">Set when there is no time for answers.</param>
    public Task StopReloaderAsync(CancellationToken deadline)
    {
        _isStopped = true;
        return Reloader.StopAsync(deadline);
    }

    /// <summary>Asks for an address over UDP.</summary>
    public Task<string> AskAsync(string name) => AskAsync(Endpoint, name);

    /// <summary>Asks until the answer is there: files that change are read on a thread of their own.</summary>
    public async Task UntilAnswerAsync(string name, string answer)
    {
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(20));
        while (await AskAsync(name) is var now && !string.Equals(now, answer, StringComparison.Ordinal))
        {
            Assert.False(patience.IsCancellationRequested, $"{name} is still {now}");
        }
    }

    public static async Task<string> AskAsync(IPEndPoint server, string name)
    {
        using UdpTestClient client = new(server);
        byte[] query = new byte[512];
        client.Send(query[..ServerKit.WriteQuery(query, name, RecordType.A)]);
        byte[] answer = await client.ReceiveAsync();
        return answer[7] == 0 ? ResponseCodes.ToText(TestQuery.GetCode(answer)) : TestQuery.GetAskedAddress(answer).ToString();
    }

    public int CountLog(string part) => Log.Count(line => line.Contains(part, StringComparison.Ordinal));

    public double Metric(string name) => Metrics.Families
        .Where(family => string.Equals(family.Name, name, StringComparison.Ordinal))
        .SelectMany(static family => family.Metrics)
        .Sum(static metric => metric switch { Counter counter => counter.Value, Gauge gauge => gauge.Value, _ => 0 });

    /// <summary>Asks over HTTP, and gives the body; another status than 200 is a failure.</summary>
    /// <param name="address">The address that the Corefile asks for.</param>
    /// <param name="path">The path.</param>
    public async Task<string> GetAsync(HttpAddress address, string path)
    {
        using HttpClient client = new();
        return await client.GetStringAsync(new Uri($"http://{address.Host}:{Server.HttpServers[address].Port}{path}"));
    }

    public bool TryWriteLine(ReadOnlySpan<byte> line)
    {
        Lines.Enqueue(Encoding.UTF8.GetString(line));
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_isStopped)
        {
            await Reloader.DisposeAsync();
        }

        Running.Dispose();
        await Server.DisposeAsync();
        _upstreams.Dispose();
        _folder.Delete(recursive: true);
    }

    /// <summary>The file system, and which files were read from it.</summary>
    internal sealed class CountingFiles : IFileAccess
    {
        private readonly PhysicalFileAccess _files = new();

        public ConcurrentQueue<string> Read { get; } = new();

        public byte[] ReadAllBytes(string path, int maxLength)
        {
            Read.Enqueue(Path.GetFileName(path));
            return _files.ReadAllBytes(path, maxLength);
        }

        public FileStamp? GetStamp(string path) => _files.GetStamp(path);

        public IReadOnlyList<string>? ListFolder(string path) => _files.ListFolder(path);
    }

    private sealed class KitLoggers(ReloadKit kit) : ILoggerFactory
    {
        public ILogger CreateLogger(string categoryName) => new KitLogger(kit, categoryName);

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }

    private sealed class KitLogger(ReloadKit kit, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
            => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            => kit.Log.Enqueue($"{logLevel} {category}: {formatter(state, exception)} {exception?.Message}".TrimEnd());
    }
}
