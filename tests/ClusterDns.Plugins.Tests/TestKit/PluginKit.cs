using System.Collections.Concurrent;
using System.Net;
using System.Runtime.ExceptionServices;
using System.Text;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Execution;
using ClusterDns.Core.Logging;
using ClusterDns.Core.Memory;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Records;
using ClusterDns.Core.Resources;
using ClusterDns.Core.Wire;
using ClusterDns.TestKit;
using Microsoft.Extensions.Logging;

namespace ClusterDns.Plugins.Tests.TestKit;

/// <summary>One plugin, or some, built from the text of a server block over a link that the test scripts.</summary>
internal sealed class PluginKit : ILogOutput
{
    private readonly Query _context = new Exchange().Query;
    private MetadataTable? _metadata;

    private readonly EndLink _end;

    public PluginKit(IPlugin plugin, string blockBody, Action<Query>? next = null, FakeFiles? files = null, FakeUpstreams? upstreams = null,
        Action? requestStop = null, bool isDebug = true, ResourceScope? resources = null, MemoryBudget? memory = null, Action<BlockBuilder>? others = null)
        : this([plugin], blockBody, next, files, upstreams, requestStop, isDebug, resources, memory, others)
    {
    }

    /// <param name="plugins">The plugins in running order.</param>
    /// <param name="others">What other plugins of the block add.</param>
    public PluginKit(IReadOnlyList<IPlugin> plugins, string blockBody, Action<Query>? next = null, FakeFiles? files = null,
        FakeUpstreams? upstreams = null, Action? requestStop = null, bool isDebug = true, ResourceScope? resources = null,
        MemoryBudget? memory = null, Action<BlockBuilder>? others = null)
    {
        Files = files ?? new FakeFiles();
        Upstreams = upstreams ?? new FakeUpstreams();
        Upstreams.Time = Time;
        Resources = resources ?? new SharedResources().CreateScope();
        CorefileDocument document = CorefileParser.Parse(
            "Corefile", Encoding.UTF8.GetBytes($". {{\n{blockBody}\n}}\n"), new InMemoryCorefileSource(), static _ => null, Diagnostics);
        Assert.True(ServerKeyParser.TryParse(document.Blocks[0].Keys[0], 53, Diagnostics, out IReadOnlyList<ServerKey> keys));
        PluginEnvironment environment = new()
        {
            Loggers = new KitLoggers(this, isDebug),
            LogOutput = this,
            Metrics = Metrics,
            Time = Time,
            Guard = new CallbackGuard(Metrics, Time, new KitLoggers(this, isDebug))
            {
                // Reads on threads of their own have ended when the clock has been advanced.
                StartAside = thread =>
                {
                    thread.Start();
                    thread.Join();
                },
            },
            Files = Files,
            Upstreams = Upstreams,
            RequestStop = requestStop ?? (static () => { }),
            NextSeed = static () => 42,
            Memory = memory ?? MemoryBudget.CreateUnlimited(),
        };
        List<ConfiguredPlugin> configured = [];
        foreach (IPlugin plugin in plugins)
        {
            DirectiveSyntax[] directives =
                [.. document.Blocks[0].Directives.Where(directive => string.Equals(directive.Name.Text, plugin.Name, StringComparison.Ordinal))];
            if (DirectiveParsing.Parse(plugin, new PluginParseContext(directives, keys, Diagnostics)) is { } options)
            {
                configured.Add(new ConfiguredPlugin(plugin, options, directives[0].Place));
            }
        }

        if (others is not null)
        {
            configured.Add(new ConfiguredPlugin(new OtherPlugins(), others, default));
        }

        _end = new EndLink(new ScriptedHandler(next ?? (static query => query.Response.Fail("next", ResponseCode.Refused, null))));
        Build = BuiltBlock.Build(
            new BlockParts(environment, new BlockInfo(keys, ""), Resources, Diagnostics),
            configured,
            _end,
            _ => [.. keys.Select(static key => new RouteInfo("dns://:53", key.Zone.Text, key.Zone.Wire, ""))],
            static (_, exception) => ExceptionDispatchInfo.Throw(exception));
    }
    public DiagnosticBag Diagnostics { get; } = new();

    public string Errors => string.Join('\n', Diagnostics.Errors);

    public BuiltBlock Build { get; }

    public BlockWiring Wiring => Build.Wiring;

    public ResourceScope Resources { get; }

    public PluginHandler Handler => Build.Chain ?? _end;

    public FakeFiles Files { get; }

    public FakeUpstreams Upstreams { get; }

    public SteppedClock Time { get; } = new();

    public MetricRegistry Metrics { get; } = new();

    public ConcurrentQueue<string> Log { get; } = new();

    /// <summary>Asks, and gives the response as text: the code, then a line for each record with its section.</summary>
    public string Ask(
        string name,
        RecordType type = RecordType.A,
        RecordClass recordClass = RecordClass.IN,
        TransportProtocol transport = TransportProtocol.Udp,
        string client = "192.0.2.1:5300")
    {
        Query query = Serve(name, type, recordClass, transport, client);
        StringBuilder text = new(query.Response.Status == ResponseStatus.Dropped ? "DROPPED" : ResponseCodes.ToText(query.Response.Code));
        for (ResponseSection section = ResponseSection.Answer; section <= ResponseSection.Additional; section++)
        {
            foreach (ResponseRecord record in query.Response[section].Span)
            {
                text.Append(System.Globalization.CultureInfo.InvariantCulture, $"\n{section}: {Format(query, record)}");
            }
        }

        return text.ToString();
    }

    /// <summary>Asks, and gives the query as the chain left it; it lasts until the next question.</summary>
    public Query Serve(
        string name,
        RecordType type = RecordType.A,
        RecordClass recordClass = RecordClass.IN,
        TransportProtocol transport = TransportProtocol.Udp,
        string client = "192.0.2.1:5300")
    {
        _context.Exchange.Reset();
        WireWriter writer = new(_context.Exchange.RequestBuffer);
        writer.TryWriteHeader(new DnsHeader { Id = 1, Flags = HeaderFlags.RecursionDesired, QuestionCount = 1 });
        writer.TryWriteQuestion(DomainName.Parse(name), type, recordClass);
        Assert.Equal(
            QueryVerdict.Serve,
            _context.Exchange.Accept(
                writer.Length,
                transport,
                NetworkEndpoint.From(new IPEndPoint(IPAddress.Loopback, 53)),
                NetworkEndpoint.From(IPEndPoint.Parse(client)),
                Time.GetTimestamp()));
        Serve(_context);
        return _context;
    }

    /// <summary>A question of its own, not yet served.</summary>
    public Query CreateContext(string name, RecordType type = RecordType.A, ushort? udpSize = null, HeaderFlags flags = HeaderFlags.None)
    {
        Query query = new Exchange().Query;
        WireWriter writer = new(query.Exchange.RequestBuffer);
        writer.TryWriteHeader(new DnsHeader { Id = 1, Flags = flags, QuestionCount = 1, AdditionalCount = udpSize is null ? (ushort)0 : (ushort)1 });
        writer.TryWriteQuestion(DomainName.Parse(name), type, RecordClass.IN);
        int length = writer.Length;
        if (udpSize is { } size)
        {
            byte[] opt = [0, 0, 41, (byte)(size >> 8), (byte)size, 0, 0, 0, 0, 0, 0];
            opt.CopyTo(query.Exchange.RequestBuffer, length);
            length += opt.Length;
        }

        NetworkEndpoint client = NetworkEndpoint.From(new IPEndPoint(IPAddress.Loopback, 5300));
        Assert.Equal(QueryVerdict.Serve, query.Exchange.Accept(length, TransportProtocol.Udp, in client, in client, Time.GetTimestamp()));
        return query;
    }

    /// <summary>Serves a question that was made before, and that waits for nothing.</summary>
    public void Serve(Query query)
    {
        if (Wiring.MetadataZones is { } zones)
        {
            AttachMetadata(query, zones);
        }

        AssertCompleted(Handler.ServeAsync(query));
        End(query);
    }

    private void AttachMetadata(Query query, IEnumerable<Zone> zones)
    {
        if (zones.Any(zone => DomainName.IsSubdomainOf(query.Name, zone.Wire.Span)))
        {
            query.Metadata = _metadata ??= new MetadataTable(Wiring.All<MetadataField>(), Wiring.All<MetadataGroup>());
        }
    }

    /// <summary>Shows the end of a question to the plugins, as the pipeline does.</summary>
    public void End(Query query)
    {
        for (int i = Build.Observers.Count - 1; i >= 0; i--)
        {
            Build.Observers[i].OnEnd(query, query.Response.Status == ResponseStatus.Dropped ? QueryEnd.Dropped : QueryEnd.Answered);
        }
    }

    /// <summary>Serves the same question again and writes the response: what a test of allocations repeats.</summary>
    public void ServeAgain(Query query)
    {
        query.Response.Reset();
        Serve(query);
        query.Exchange.WriteResponse();
    }

    /// <summary>
    /// How many bytes some questions allocate when everything is warm: the fewest of several rounds, since a garbage collection that
    /// another test causes counts the rest of this thread's allocation buffer once.
    /// </summary>
    public long CountAllocatedBytes(Query query) => Allocations.Count(() => ServeAgain(query));

    public static string Format(Query query, ResponseRecord record)
        => $"{DomainName.ToText(record.OwnerSource is null ? query.QuestionName : record.Owner)} {record.TimeToLive} "
            + $"{(record.Class == RecordClass.IN ? "" : RecordClasses.ToText(record.Class) + " ")}{RecordTypes.ToText(record.Type)} {RdataText.ToText(record.Type, record.Rdata)}";

    /// <summary>The chain, with another link at its end from now on.</summary>
    public PluginHandler ChainTo(PluginHandler below)
    {
        _end.Below = below;
        return Handler;
    }

    private static void AssertCompleted(ValueTask served) => Assert.True(served.IsCompletedSuccessfully);

    bool ILogOutput.TryWriteLine(ReadOnlySpan<byte> line)
    {
        Log.Enqueue(Encoding.UTF8.GetString(line));
        return true;
    }

    /// <summary>What other plugins of the block add.</summary>
    private sealed class OtherPlugins : Plugin<Action<BlockBuilder>>
    {
        public override string Name => "others";

        public override DirectiveRepetition Repetition => DirectiveRepetition.All;

        protected override Action<BlockBuilder>? Parse(PluginParseContext context) => null;

        protected override void Build(Action<BlockBuilder> options, BlockBuilder builder) => options(builder);
    }

    private sealed class EndLink(PluginHandler below) : PluginHandler(EndOfChain.Instance)
    {
        public PluginHandler Below { get; set; } = below;

        public override string Name => Below.Name;

        public override ValueTask ServeAsync(Query query) => Below.ServeAsync(query);
    }

    private sealed class ScriptedHandler(Action<Query> serve) : PluginHandler(EndOfChain.Instance)
    {
        public override string Name => "next";

        public override ValueTask ServeAsync(Query query)
        {
            serve(query);
            return ValueTask.CompletedTask;
        }
    }

    private sealed class KitLoggers(PluginKit kit, bool isDebug) : ILoggerFactory, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public void Dispose()
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
            => null;

        public bool IsEnabled(LogLevel logLevel) => isDebug || logLevel > LogLevel.Debug;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            => kit.Log.Enqueue($"{logLevel}: {formatter(state, exception)}");
    }
}
