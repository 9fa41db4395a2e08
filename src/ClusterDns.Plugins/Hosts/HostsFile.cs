using System.Text;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Resources;
using ClusterDns.Plugins.Common;
using Microsoft.Extensions.Logging;

namespace ClusterDns.Plugins.Hosts;

/// <summary>A hosts file that is read again when it has changed. While it is missing, what it said last goes on counting.</summary>
internal sealed partial class HostsFile : ISharedResource
{
    /// <summary>The longest file that is read: a block list of a million names.</summary>
    public const long MaxLength = 64 * 1024 * 1024;

    private readonly HostsOptions _options;
    private readonly ZoneSet _zones;
    private readonly IFileAccess _files;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly Gauge _entries;
    private readonly Gauge _reloadTime;
    private readonly Lock _lock = new();
    private volatile HostsTable _table = HostsTable.Empty;
    private FileStamp? _seen;
    private FileStamp? _unreadable;
    private ITimer? _timer;

    /// <summary>
    /// Reads a file for the first time. That it is missing or cannot be read is told, and no error, since that may change.
    /// </summary>
    /// <param name="options">Which, for which zones, and how often it is looked at.</param>
    /// <param name="files">The file system.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="metrics">Where the number of entries and the file's time go.</param>
    /// <param name="logger">Tells what cannot be read.</param>
    public HostsFile(HostsOptions options, IFileAccess files, TimeProvider timeProvider, MetricRegistry metrics, ILogger logger)
    {
        _options = options;
        _zones = new ZoneSet(options.Zones);
        _files = files;
        _timeProvider = timeProvider;
        _logger = logger;
        _entries = metrics
            .Gauges("coredns_hosts_entries", "The combined number of entries in hosts and Corefile.", "hostsfile")
            .With(options.Path);
        _reloadTime = metrics.Gauge("coredns_hosts_reload_timestamp_seconds", "The timestamp of the last reload of hosts file.");
        Inline = HostsTable.Parse(options.Inline, _zones, options.Reverse);
        Look();
        if (_seen is null && _unreadable is null && _options.IsPathGiven)
        {
            LogMissing(_options.Path);
        }
    }

    /// <summary>What the Corefile's own lines say.</summary>
    public HostsTable Inline { get; }

    /// <summary>What the file says.</summary>
    public HostsTable Table => _table;

    /// <inheritdoc/>
    public void Start()
    {
        if (_options.Reload > TimeSpan.Zero)
        {
            _timer = _timeProvider.CreateTimer(static state => ((HostsFile)state!).Look(), this, _options.Reload, _options.Reload);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _timer?.Dispose();

    private void Look()
    {
        if (!_lock.TryEnter())
        {
            return;
        }

        FileStamp? stamp = null;
        try
        {
            stamp = _files.GetStamp(_options.Path);
            if (stamp is null || stamp == _seen)
            {
                return;
            }

            if (stamp.Value.Length > MaxLength)
            {
                LogTooLong(_options.Path, MaxLength);
            }
            else
            {
                Read(stamp.Value);
            }

            _seen = stamp;
            _unreadable = null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It is tried again at the next look, since rights come back without a new stamp, but told once.
            if (stamp is null || stamp != _unreadable)
            {
                LogUnreadable(_options.Path, exception.Message);
            }

            _unreadable = stamp;
        }
        finally
        {
            _lock.Exit();
        }
    }

    private void Read(FileStamp stamp)
    {
        HostsTable table = HostsTable.Parse(Encoding.UTF8.GetString(_files.ReadAllBytes(_options.Path)), _zones, _options.Reverse);
        _table = table;
        _entries.Value = Inline.Count + table.Count;
        _reloadTime.Value = (stamp.ModifiedUtc - DateTime.UnixEpoch).TotalSeconds;
        LogParsed(table.Count);
        if (table.LeftOut > 0)
        {
            LogLeftOut(_options.Path, table.LeftOut, HostsTable.MaxRecords);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "File does not exist: {Path}")]
    private partial void LogMissing(string path);

    [LoggerMessage(Level = LogLevel.Warning, Message = "File {Path} has more than {Bytes} bytes and is not read")]
    private partial void LogTooLong(string path, long bytes);

    [LoggerMessage(Level = LogLevel.Warning, Message = "File {Path} cannot be read: {Reason}")]
    private partial void LogUnreadable(string path, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "File {Path} has {Count} entries that are left out, since no name or address has more than {Most}")]
    private partial void LogLeftOut(string path, int count, int most);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Parsed hosts file into {Count} entries")]
    private partial void LogParsed(int count);
}
