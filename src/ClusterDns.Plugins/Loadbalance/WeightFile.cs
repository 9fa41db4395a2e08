using System.Text;
using ClusterDns.Core.Execution;
using ClusterDns.Core.Pipeline;
using ClusterDns.Plugins.Common;
using Microsoft.Extensions.Logging;

namespace ClusterDns.Plugins.Loadbalance;

/// <summary>A weight file that is read again when it has changed. When it is removed or becomes malformed, its previous weights stay in use.</summary>
internal sealed partial class WeightFile : WatchedFile
{
    /// <summary>The longest file that is read.</summary>
    public const int MaxLength = 16 * 1024 * 1024;

    private readonly ILogger _logger;
    private readonly bool _isAwaited;
    private readonly bool _isLoaded;
    private volatile WeightTable _table = WeightTable.Empty;

    /// <summary>Reads a file for the first time.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="reload">How often it is looked at; zero for never.</param>
    /// <param name="files">The file system.</param>
    /// <param name="guard">Starts the timer.</param>
    /// <param name="logger">Logs what is wrong with it after the start.</param>
    public WeightFile(string path, TimeSpan reload, IFileAccess files, CallbackGuard guard, ILogger logger)
        : base(path, reload, MaxLength, files, guard)
    {
        _logger = logger;
        _isAwaited = reload > TimeSpan.Zero;
        Look();
        _isLoaded = true;
    }

    /// <summary>The weights.</summary>
    public WeightTable Table => _table;

    /// <summary>What was wrong with the file when it was read for the first time; null when nothing was.</summary>
    public string? Problem { get; private set; }

    /// <inheritdoc/>
    protected override void OnChanged(byte[] content, FileStamp stamp)
    {
        if (!WeightTable.TryParse(Encoding.UTF8.GetString(content), out WeightTable table, out string problem))
        {
            OnRefused(problem);
            return;
        }

        _table = table;
        LogRead(Path, table.Count);
    }

    /// <inheritdoc/>
    protected override void OnRefused(string problem)
    {
        if (_isLoaded)
        {
            LogKept(Path, problem);
        }
        else
        {
            Problem = $"weight file '{Path}' {problem}";
        }
    }

    /// <inheritdoc/>
    protected override void OnMissing()
    {
        if (_isAwaited && !_isLoaded)
        {
            LogAwaited(Path);
        }
        else
        {
            OnRefused("does not exist: expected a file of names and the weights of their addresses");
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Read the weights of {Count} names from {Path}")]
    private partial void LogRead(string path, int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Weight file {Path} does not exist; all weights are equal until it does")]
    private partial void LogAwaited(string path);

    [LoggerMessage(Level = LogLevel.Error, Message = "Weight file {Path} {Problem}; keeping the previous weights")]
    private partial void LogKept(string path, string problem);
}
