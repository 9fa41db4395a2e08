using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Execution;
using ClusterDns.Core.Http;
using ClusterDns.Core.Logging;
using ClusterDns.Core.Memory;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Resources;
using ClusterDns.Core.Upstreams;
using Microsoft.Extensions.Logging;

namespace ClusterDns.Core.Pipeline;

/// <summary>
/// A server block under construction. Plugins build in the order in which they run, so what an earlier one sets (the root
/// folder, say) a later one may read.
/// </summary>
public sealed class PluginBuildContext
{
    private readonly List<Func<PluginHandler, PluginHandler>> _links = [];
    private readonly List<IQueryObserver> _observers = [];
    private readonly List<IResponseSeal> _seals = [];
    private readonly List<IHostService> _services = [];
    private readonly List<HttpEndpoint> _httpEndpoints = [];
    private readonly List<ReadinessCheck> _readinessChecks = [];
    private readonly List<IForwardTarget> _forwardTargets = [];
    private readonly List<MetadataField> _metadataFields = [];
    private readonly List<MetadataGroup> _metadataGroups = [];
    private readonly List<object> _offers = [];
    private readonly List<Func<Query, bool>> _predicates = [];

    /// <summary>The block's keys, CIDR zones expanded.</summary>
    public required IReadOnlyList<ServerKey> Keys { get; init; }

    /// <summary>Where a plugin reports what only shows when it is built, such as a file that is missing.</summary>
    public required DiagnosticBag Diagnostics { get; init; }

    /// <summary>Makes loggers; a plugin names its category <c>plugin/NAME</c>.</summary>
    public required ILoggerFactory LoggerFactory { get; init; }

    /// <summary>Where whole lines go that a plugin formats itself.</summary>
    public required ILogOutput LogOutput { get; init; }

    /// <summary>The process's metrics.</summary>
    public required MetricRegistry Metrics { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider TimeProvider { get; init; }

    /// <summary>Starts timers, loops and tasks, so that no exception leaves one.</summary>
    public CallbackGuard Guard
    {
        get => field ??= new CallbackGuard(Metrics, TimeProvider, LoggerFactory.CreateLogger("callbacks"));
        init;
    }

    /// <summary>Files and folders outside the Corefile.</summary>
    public required IFileAccess Files { get; init; }

    /// <summary>Makes upstreams.</summary>
    public required IUpstreamFactory Upstreams { get; init; }

    /// <summary>Makes queries that outlive the client that began them.</summary>
    public IQueryFactory Queries
    {
        get => field ??= new QueryFactory(
            QueryFactory.DefaultLimit, places: null, Metrics, TimeProvider, LoggerFactory.CreateLogger("server"));
        init;
    }

    /// <summary>A seed for the plugin's randomness, different at every start unless a test fixes it.</summary>
    public required Func<int> NextSeed { get; init; }

    /// <summary>
    /// What outlives the configuration: a plugin gets here what is dear to make or to lose, and a configuration that asks for the
    /// same later takes it over.
    /// </summary>
    public ResourceScope Resources { get; init; } = new SharedResources().CreateScope();

    /// <summary>
    /// The whole block in one fixed form, imports and variables expanded: two configurations' blocks with equal texts were written to
    /// do the same.
    /// </summary>
    public string BlockText { get; init; } = "";

    /// <summary>Whether a configuration before this one runs, which stays when this one has errors.</summary>
    public bool IsReload { get; init; }

    /// <summary>What the process may hold in memory: a plugin that keeps more than a little reserves it there.</summary>
    public MemoryBudget Memory { get; init; } = MemoryBudget.CreateUnlimited();

    /// <summary>
    /// Runs what starts a child process, so that the child inherits the limits that this process was started with. What it is given
    /// starts the child and returns as soon as it runs.
    /// </summary>
    public Action<Action> StartChild { get; init; } = static start => start();

    /// <summary>How often the configuration is looked at for changes (the reload plugin); null for never.</summary>
    public ReloadSettings? Reload { get; set; }

    /// <summary>What the block asks of its listeners.</summary>
    public ListenerSettings Listener { get; } = new();

    /// <summary>The folder that relative paths of plugins start from (the root plugin); empty for the working folder.</summary>
    public string Root { get; set; } = "";

    /// <summary>Whether the debug plugin is on: verbose lines, stack traces.</summary>
    public bool Debug { get; set; }

    /// <summary>Whether an exception out of a plugin is logged with its stack trace (the errors and debug plugins).</summary>
    public bool StackTraces { get; set; }

    /// <summary>Whether queries of class CH run through the chain; else they are REFUSED.</summary>
    public bool ServesChaosClass { get; set; }

    /// <summary>The links that were added, first to run first.</summary>
    public IReadOnlyList<Func<PluginHandler, PluginHandler>> Links => _links;

    /// <summary>The host services that were added, in order.</summary>
    public IReadOnlyList<IHostService> Services => _services;

    /// <summary>Adds a link below those that are there.</summary>
    /// <param name="create">Makes the link, given the one below.</param>
    public void AddLink(Func<PluginHandler, PluginHandler> create) => _links.Add(create);

    /// <summary>Adds something that changes the bytes of each of the block's responses when they are written.</summary>
    /// <param name="seal">What.</param>
    public void AddSeal(IResponseSeal seal) => _seals.Add(seal);

    /// <summary>What changes the bytes of the block's responses, in the order of the plugins.</summary>
    public IReadOnlyList<IResponseSeal> Seals => _seals;

    /// <summary>
    /// Has the block take only those queries of its zones for which a predicate holds; of several, all must. Other blocks of the zone take the rest.
    /// </summary>
    /// <param name="predicate">
    /// Asked before the chain runs, on the query's thread; metadata can be read. It must not wait. What it throws counts as false.
    /// </param>
    /// <param name="viewName">
    /// The name of the block's view: its metrics' label <c>view</c>, and its metadata <c>view/name</c>. Empty for none; a block has one at most.
    /// </param>
    public void Route(Func<Query, bool> predicate, string viewName = "")
    {
        _predicates.Add(predicate);
        if (viewName.Length > 0)
        {
            ViewName = ViewName.Length == 0 ? viewName : throw new InvalidOperationException($"the block is view '{ViewName}' already");
            AddMetadata(new MetadataField("view/name", _ => viewName));
        }
    }

    /// <summary>What a query must be like for the block to take it; null when the block takes all of its zones.</summary>
    public Func<Query, bool>? Predicate => _predicates switch
    {
        [] => null,
        [var only] => only,
        _ => query => _predicates.TrueForAll(predicate => predicate(query)),
    };

    /// <summary>The name of the block's view; empty for none.</summary>
    public string ViewName { get; private set; } = "";

    /// <summary>Has queries of some zones carry what the block's plugins can tell about them, from before the block's predicate is asked.</summary>
    /// <param name="zones">The zones.</param>
    public void AttachMetadata(IReadOnlyList<Zone> zones) => MetadataZones = zones;

    /// <summary>The zones whose queries have metadata; null where the block does not use it.</summary>
    public IReadOnlyList<Zone>? MetadataZones { get; private set; }

    /// <summary>How many parts the block's plugins have added to the way of its queries.</summary>
    public int PartCount => _links.Count + _observers.Count + _seals.Count + _predicates.Count + (MetadataZones is null ? 0 : 1);

    /// <summary>Adds something that sees each of the block's queries when it is received and when it has ended.</summary>
    /// <param name="observer">What.</param>
    public void AddObserver(IQueryObserver observer) => _observers.Add(observer);

    /// <summary>Adds a service that starts before the listeners open and stops after they have closed.</summary>
    /// <param name="service">The service.</param>
    public void AddService(IHostService service) => _services.Add(service);

    /// <summary>The HTTP endpoints that were added, in order.</summary>
    public IReadOnlyList<HttpEndpoint> HttpEndpoints => _httpEndpoints;

    /// <summary>What must be so before the block's plugins are ready; those of plugins that build later are added later.</summary>
    public IReadOnlyList<ReadinessCheck> ReadinessChecks => _readinessChecks;

    /// <summary>The upstreams that the block forwards to; those of plugins that build later are added later.</summary>
    public IReadOnlyList<IForwardTarget> ForwardTargets => _forwardTargets;

    /// <summary>What the block's plugins can tell about a query; complete when the links are made.</summary>
    public IReadOnlyList<MetadataField> MetadataFields => _metadataFields;

    /// <summary>What else they can tell, by the beginnings of names; complete when the links are made.</summary>
    public IReadOnlyList<MetadataGroup> MetadataGroups => _metadataGroups;

    /// <summary>Stops the process with exit code 1, for what cannot go on; the plugin has logged why.</summary>
    public Action RequestStop { get; init; } = static () => { };

    /// <summary>What sees the block's queries, in the order of the plugins.</summary>
    public IReadOnlyList<IQueryObserver> Observers => _observers;

    /// <summary>Sees the end of each query that no server block of the listener takes; null for nothing.</summary>
    public IQueryObserver? UnroutedObserver { get; set; }

    /// <summary>Told of each zone and listener that the block is served at, when all plugins have built.</summary>
    public Action<RouteInfo>? OnServed { get; set; }

    /// <summary>The readiness of the whole configuration.</summary>
    public Readiness Readiness { get; init; } = new();

    /// <summary>
    /// The names of the block's plugins that take part in its queries, as links or observers, in running order; complete when all have built.
    /// </summary>
    public IList<string> LinkNames { get; } = [];

    /// <summary>Adds something to be answered over HTTP.</summary>
    /// <param name="endpoint">Where, and what.</param>
    public void AddHttpEndpoint(HttpEndpoint endpoint) => _httpEndpoints.Add(endpoint);

    /// <summary>Adds something that other plugins may ask about a query.</summary>
    /// <param name="field">What.</param>
    public void AddMetadata(MetadataField field) => _metadataFields.Add(field);

    /// <summary>Adds some things that other plugins may ask about a query.</summary>
    /// <param name="group">What.</param>
    public void AddMetadata(MetadataGroup group) => _metadataGroups.Add(group);

    /// <summary>Offers something to the other plugins of the block, which find it by its type.</summary>
    /// <param name="offer">What.</param>
    public void Offer(object offer) => _offers.Add(offer);

    /// <summary>
    /// What the block's plugins offer of one type. Links are made from the last to the first, so whoever makes one finds everything that
    /// plugins offered when they were built, and what links below offered when they were made.
    /// </summary>
    /// <typeparam name="T">The type.</typeparam>
    public IEnumerable<T> GetOffers<T>() => _offers.OfType<T>();

    /// <summary>Adds an upstream that the block forwards to.</summary>
    /// <param name="target">The upstream.</param>
    public void AddForwardTarget(IForwardTarget target) => _forwardTargets.Add(target);

    /// <summary>Adds something that must be so before the plugin is ready.</summary>
    /// <param name="check">What.</param>
    public void AddReadinessCheck(ReadinessCheck check) => _readinessChecks.Add(check);

    /// <summary>Joins a relative path of the Corefile to <see cref="Root"/>.</summary>
    /// <param name="path">A path as the Corefile has it.</param>
    public string ResolvePath(string path) => Path.Combine(Root, path);
}

/// <summary>Something that runs beside the queries: a timer, a watcher of files, a hook at start and stop.</summary>
public interface IHostService
{
    /// <summary>Starts. Whatever it throws fails the start of the server, or the reload, with its message.</summary>
    /// <param name="cancellationToken">Set when the start is given up.</param>
    ValueTask StartAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Told that the server is about to stop, while it goes on answering: it stops when all services have completed this.
    /// </summary>
    /// <param name="cancellationToken">Set when there is no more time to stop in good order.</param>
    ValueTask PrepareStopAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>Stops, and lets go of everything.</summary>
    /// <param name="cancellationToken">Set when there is no more time to stop in good order.</param>
    ValueTask StopAsync(CancellationToken cancellationToken);
}

/// <summary>Files and folders outside the Corefile, so that tests need none.</summary>
public interface IFileAccess
{
    /// <summary>The longest file that is read where the reader gives no bound of its own, in bytes: 16 MiB.</summary>
    const int DefaultMaxLength = 16 * 1024 * 1024;

    /// <summary>Reads a whole file, and never more than the bound, whatever length the file system reports. It does not wait for a writer.</summary>
    /// <param name="path">The path.</param>
    /// <param name="maxLength">The longest file that is read, in bytes.</param>
    /// <exception cref="FileTooLongException">It is longer.</exception>
    /// <exception cref="IOException">It is missing, cannot be read, or is a directory, device or pipe.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    byte[] ReadAllBytes(string path, int maxLength);

    /// <summary>Reads a whole file of at most <see cref="DefaultMaxLength"/> bytes.</summary>
    /// <inheritdoc cref="ReadAllBytes(string, int)"/>
    byte[] ReadAllBytes(string path) => ReadAllBytes(path, DefaultMaxLength);

    /// <summary>Opens a file that is read in parts, so that it is never in memory as a whole. The reader bounds what it reads.</summary>
    /// <param name="path">The path.</param>
    /// <exception cref="IOException">It is missing or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    Stream OpenRead(string path) => new MemoryStream(ReadAllBytes(path), writable: false);

    /// <summary>What tells that a file has changed; null when it is missing.</summary>
    /// <param name="path">The path.</param>
    FileStamp? GetStamp(string path);

    /// <summary>The files in a folder, without its subfolders, sorted by ordinal; null when it is no folder.</summary>
    /// <param name="path">The folder.</param>
    IReadOnlyList<string>? ListFolder(string path);
}

/// <summary>What tells that a file has changed.</summary>
/// <param name="ModifiedUtc">When it was last written.</param>
/// <param name="Length">How long it is.</param>
public readonly record struct FileStamp(DateTime ModifiedUtc, long Length);

/// <summary>Whether a plugin is ready to answer.</summary>
/// <param name="Plugin">The plugin's name.</param>
/// <param name="IsReady">Asked at any time, by any thread.</param>
public sealed record ReadinessCheck(string Plugin, Func<bool> IsReady)
{
    /// <summary>Why it is not; empty where that is not known.</summary>
    public Func<string> Reason { get; init; } = static () => "";
}
