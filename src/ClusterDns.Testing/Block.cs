using System.Buffers;
using System.Net;
using System.Text;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Execution;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using ClusterDns.Plugins;
using ClusterDns.Server.Serving;
using Microsoft.Extensions.Time.Testing;

namespace ClusterDns.Testing;

/// <summary>
/// A server block that runs in memory, built and asked as in the server: options, order of plugins, routing and the written message are the
/// same. There is no socket and no file, and time stands still until the test moves it.
/// </summary>
public sealed class Block : IAsyncDisposable
{
    private static readonly IPEndPoint Server = new(IPAddress.Loopback, 53);
    private static readonly IPEndPoint DefaultClient = new(IPAddress.Parse("192.0.2.1"), 5300);

    private readonly BlockLog _log;
    private readonly ServerModel _model;
    private readonly List<IHostService> _started = [];

    private Block(ServerModel model, BlockSettings settings, BlockLog log, FakeTimeProvider time, MetricRegistry metrics, DiagnosticBag diagnostics)
    {
        _model = model;
        _log = log;
        Files = settings.Files;
        Time = time;
        Metrics = metrics;
        Warnings = [.. diagnostics.Warnings.Select(static warning => warning.ToString())];
    }

    /// <summary>The clock. It moves when the test moves it.</summary>
    public FakeTimeProvider Time { get; }

    /// <summary>The files that plugins see.</summary>
    public InMemoryFiles Files { get; }

    /// <summary>The metrics.</summary>
    public MetricRegistry Metrics { get; }

    /// <summary>The warnings about the Corefile, each with its place.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>The lines that were logged so far: <c>LEVEL CATEGORY: MESSAGE</c>, and lines that plugins format themselves as they are.</summary>
    public IReadOnlyList<string> Log => [.. _log.Lines];

    /// <summary>Builds a block.</summary>
    /// <param name="corefile">The Corefile; usually one server block.</param>
    /// <param name="plugins">
    /// Plugins beside those of this version. They run before those, in this order; <see cref="From(string, BlockSettings)"/> gives them other places.
    /// </param>
    /// <exception cref="CorefileException">The Corefile has errors; the message has a line for each.</exception>
    public static Block From(string corefile, params IPlugin[] plugins)
    {
        ArgumentNullException.ThrowIfNull(plugins);
        return From(corefile, new BlockSettings
        {
            Plugins = list =>
            {
                string first = list.Names[0];
                foreach (IPlugin plugin in plugins)
                {
                    list.Add(plugin, before: first);
                }
            },
        });
    }

    /// <summary>Builds a block.</summary>
    /// <param name="corefile">The Corefile; usually one server block.</param>
    /// <param name="settings">What the block runs with.</param>
    /// <exception cref="CorefileException">The Corefile has errors; the message has a line for each.</exception>
    public static Block From(string corefile, BlockSettings settings)
    {
        ArgumentNullException.ThrowIfNull(corefile);
        ArgumentNullException.ThrowIfNull(settings);
        PluginList plugins = PluginCatalog.Create();
        settings.Plugins?.Invoke(plugins);
        BlockLog log = new();
        FakeTimeProvider time = new();
        MetricRegistry metrics = new();
        ServerEnvironment environment = new(
            plugins,
            new PluginEnvironment
            {
                Loggers = log,
                LogOutput = log,
                Metrics = metrics,
                Time = time,
                Guard = new CallbackGuard(metrics, time, log.CreateLogger("callbacks"))
                {
                    // A file that has changed is read by the time that Advance returns.
                    StartAside = static thread =>
                    {
                        thread.Start();
                        thread.Join();
                    },
                },
                Files = settings.Files,
                Upstreams = settings.Upstreams,
                NextSeed = () => settings.Seed,
            });
        DiagnosticBag diagnostics = new();
        CorefileDocument document = CorefileParser.Parse(
            "Corefile", Encoding.UTF8.GetBytes(corefile), new InMemoryCorefileSource(), static _ => null, diagnostics);
        CorefileValidator.Validate(document, plugins.Names, name => plugins.Find(name) is not null, diagnostics);
        ServerModel? model = diagnostics.HasErrors ? null : new ServerModelBuilder(environment, dnsPort: 53).Build(document, diagnostics);
        if (model is null)
        {
            throw new CorefileException(diagnostics);
        }

        if (model.Listeners.Count == 0)
        {
            model.Dispose();
            throw new ArgumentException("the Corefile has no server block that is served", nameof(corefile));
        }

        model.Resources.Start();
        return new Block(model, settings, log, time, metrics, diagnostics);
    }

    /// <summary>Starts the services of the block's plugins, as the server does before it serves.</summary>
    public async Task StartAsync()
    {
        foreach (IHostService service in _model.Services)
        {
            await service.StartAsync(CancellationToken.None);
            _started.Add(service);
        }
    }

    /// <summary>Asks a question over UDP.</summary>
    /// <param name="question"><c>NAME [TYPE] [CLASS]</c>, for example <c>www.example.org AAAA</c>; type A and class IN by default.</param>
    /// <param name="client">The client's address and port; null for 192.0.2.1:5300.</param>
    /// <exception cref="InvalidOperationException">A plugin waits for something: use <see cref="AskAsync"/>.</exception>
    public BlockAnswer Ask(string question, IPEndPoint? client = null)
    {
        Task<BlockAnswer> asking = AskAsync(question, client);
        return asking.IsCompleted
            ? asking.GetAwaiter().GetResult()
            : throw new InvalidOperationException($"'{question}' waits for something outside the block: use AskAsync");
    }

    /// <summary>Asks a question over UDP, and waits for the answer.</summary>
    /// <param name="question"><c>NAME [TYPE] [CLASS]</c>, for example <c>www.example.org AAAA</c>; type A and class IN by default.</param>
    /// <param name="client">The client's address and port; null for 192.0.2.1:5300.</param>
    public async Task<BlockAnswer> AskAsync(string question, IPEndPoint? client = null)
    {
        BlockQuestion asked = BlockQuestion.Parse(question);
        Exchange exchange = new();
        NetworkEndpoint local = NetworkEndpoint.From(Server);
        NetworkEndpoint remote = NetworkEndpoint.From(client ?? DefaultClient);
        bool hasMessage = await _model.Listeners[0].Pipeline.HandleAsync(
            exchange, asked.Write(exchange.RequestBuffer), TransportProtocol.Udp, in local, in remote, waitGate: null);
        BlockAnswer answer = hasMessage ? BlockAnswer.Read(exchange.ResponseMessage.ToArray(), asked.Name) : BlockAnswer.Dropped;
        exchange.Reset();
        return answer;
    }

    /// <summary>All metrics in the text format of Prometheus.</summary>
    public string ReadMetrics()
    {
        ArrayBufferWriter<byte> text = new();
        MetricText.Write(Metrics.Families, openMetrics: false, text);
        return Encoding.UTF8.GetString(text.WrittenSpan);
    }

    /// <summary>Stops the services that were started, and releases everything that the block holds.</summary>
    public async ValueTask DisposeAsync()
    {
        for (int i = _started.Count - 1; i >= 0; i--)
        {
            await _started[i].StopAsync(CancellationToken.None);
        }

        _started.Clear();
        _model.Dispose();
        _log.Dispose();
    }
}
