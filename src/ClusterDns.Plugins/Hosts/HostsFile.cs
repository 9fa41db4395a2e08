using ClusterDns.Core.Execution;
using ClusterDns.Core.Memory;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using ClusterDns.Plugins.Common;
using Microsoft.Extensions.Logging;

namespace ClusterDns.Plugins.Hosts;

/// <summary>A hosts file that is read again when it has changed.</summary>
internal sealed partial class HostsFile : WatchedFile
{
    /// <summary>The longest file that is read: a block list of a million names.</summary>
    public const int MaxLength = 64 * 1024 * 1024;

    private readonly HostsOptions _options;
    private readonly ZoneSet _zones;
    private readonly MemoryShare _memory;
    private readonly ILogger _logger;
    private readonly Gauge _entries;
    private readonly Gauge _reloadTime;
    private volatile HostsTable _table = HostsTable.Empty;
    private long _reserved;
    private (FileStamp Stamp, long Bytes)? _tooLarge;

    /// <summary>
    /// Reads a file for the first time. That it is missing or cannot be read is logged and not an error, since that may change.
    /// </summary>
    /// <param name="options">Which, for which zones, and how often it is looked at.</param>
    /// <param name="files">The file system.</param>
    /// <param name="guard">Starts the timer.</param>
    /// <param name="memory">Where what the file takes is reserved.</param>
    /// <param name="metrics">Where the number of entries and the file's time go.</param>
    /// <param name="logger">Logs what cannot be read.</param>
    public HostsFile(HostsOptions options, IFileAccess files, CallbackGuard guard, MemoryBudget memory, MetricRegistry metrics, ILogger logger)
        : base(options.Path, options.Reload, MaxLength, files, guard)
    {
        _options = options;
        _zones = new ZoneSet(options.Zones);
        _memory = memory[MemoryTable.Files];
        _logger = logger;
        _entries = metrics
            .Gauges("coredns_hosts_entries", "The combined number of entries in hosts and Corefile.", "hostsfile")
            .With(options.Path);
        _reloadTime = ReloadTime(metrics);
        Inline = new HostsReader(_zones, options.Reverse).Read(string.Join('\n', options.Inline));
        Look();
        if (!WasFound && options.IsPathGiven)
        {
            LogMissing(Path);
        }
    }

    /// <summary>What the Corefile's own lines say.</summary>
    public HostsTable Inline { get; }

    /// <summary>What the file says.</summary>
    public HostsTable Table => _table;

    /// <summary>When the file that was read last was written.</summary>
    /// <param name="metrics">The process's metrics.</param>
    public static Gauge ReloadTime(MetricRegistry metrics)
        => metrics.Gauge("coredns_hosts_reload_timestamp_seconds", "The timestamp of the last reload of hosts file.");

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        _memory.Release(Interlocked.Exchange(ref _reserved, 0));
    }

    /// <inheritdoc/>
    protected override bool TryRead(FileStamp stamp)
    {
        if (_tooLarge is { } tooLarge && tooLarge.Stamp == stamp && !_memory.HasRoomFor(tooLarge.Bytes))
        {
            // Parsing it again would end as it did before. It is read as soon as memory may allow it.
            return false;
        }

        HostsTable table;
        long reserved;
        try
        {
            using Stream content = Files.OpenRead(Path);
            table = new HostsReader(_zones, _options.Reverse).Read(content, _memory, MaxLength, out reserved);
        }
        catch (OutOfShareException exception)
        {
            _tooLarge = (stamp, exception.EstimateFor(stamp.Length));
            throw;
        }

        _tooLarge = null;
        _table = table;
        _memory.Release(Interlocked.Exchange(ref _reserved, reserved));
        _entries.Value = Inline.Count + table.Count;
        _reloadTime.Value = (stamp.ModifiedUtc - DateTime.UnixEpoch).TotalSeconds;
        LogParsed(table.Count);
        if (table.LeftOut > 0)
        {
            LogLeftOut(Path, table.LeftOut, HostsTable.MaxRecords);
        }

        return true;
    }

    /// <inheritdoc/>
    protected override void OnRefused(string problem) => LogRefused(Path, problem);

    [LoggerMessage(Level = LogLevel.Warning, Message = "File does not exist: {Path}")]
    private partial void LogMissing(string path);

    [LoggerMessage(Level = LogLevel.Warning, Message = "File {Path} {Problem}")]
    private partial void LogRefused(string path, string problem);

    [LoggerMessage(Level = LogLevel.Warning, Message = "File {Path} has {Count} entries that are ignored: a name or address has at most {Most}")]
    private partial void LogLeftOut(string path, int count, int most);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Parsed hosts file into {Count} entries")]
    private partial void LogParsed(int count);
}
