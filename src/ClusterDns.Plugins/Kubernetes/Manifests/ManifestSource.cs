using ClusterDns.Core.Execution;
using ClusterDns.Core.Memory;
using ClusterDns.Core.Pipeline;
using ClusterDns.Plugins.Common;
using Microsoft.Extensions.Logging;

namespace ClusterDns.Plugins.Kubernetes.Manifests;

/// <summary>
/// Keeps an index in step with manifests: looks every <see cref="Period"/> whether a file has changed, and reads them all when one
/// has. What cannot be read changes nothing, and is logged once.
/// </summary>
internal sealed partial class ManifestSource : IDisposable
{
    /// <summary>How often it looks.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(2);

    private readonly ManifestFiles _files;
    private readonly Action<ManifestObjects> _replace;
    private readonly CallbackGuard _guard;
    private readonly ILogger _logger;
    private string? _failure;
    private bool _loggedEndpoints;
    private readonly Lock _lock = new();
    private IReadOnlyList<(string Path, FileStamp? Stamp)> _seen = [];
    private PeriodicLook? _look;

    /// <summary>A source.</summary>
    /// <param name="files">The manifests.</param>
    /// <param name="replace">Makes the index hold these objects and no others.</param>
    /// <param name="guard">Starts the timer.</param>
    /// <param name="logger">Logs reloads, and those that fail.</param>
    public ManifestSource(ManifestFiles files, Action<ManifestObjects> replace, CallbackGuard guard, ILogger logger)
    {
        _files = files;
        _replace = replace;
        _guard = guard;
        _logger = logger;
    }

    /// <summary>Reads the manifests for the first time.</summary>
    /// <param name="mayFail">Whether to fail where memory does not allow it.</param>
    /// <exception cref="ManifestException">One is not a manifest.</exception>
    /// <exception cref="IOException">One is missing or cannot be read, or memory does not allow it.</exception>
    /// <exception cref="UnauthorizedAccessException">One may not be read.</exception>
    public void Load(bool mayFail = false)
    {
        lock (_lock)
        {
            _seen = _files.GetStamps();
            Replace(mayFail);
        }
    }

    /// <summary>Begins to look for changes.</summary>
    public void Start() => _look = new PeriodicLook(_guard, "manifests", Period, MayHaveChanged, Look);

    /// <summary>Looks no more.</summary>
    public void Dispose() => _look?.Dispose();

    private bool MayHaveChanged()
    {
        try
        {
            return !_files.GetStamps().SequenceEqual(_seen);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The thread that reads meets it too, and logs it.
            return true;
        }
    }

    private void Look()
    {
        if (!_lock.TryEnter())
        {
            return;
        }

        IReadOnlyList<(string Path, FileStamp? Stamp)> stamps = _seen;
        try
        {
            stamps = _files.GetStamps();
            if (stamps.SequenceEqual(_seen))
            {
                return;
            }

            Replace(mayFail: true);
            _seen = stamps;
            LogReloaded();
        }
        catch (Exception exception) when (exception is ManifestException or IOException or UnauthorizedAccessException)
        {
            // What is malformed or too long stays so until it is written again; rights come back without a new stamp, so that is tried
            // again at each check, but logged once.
            if (exception is ManifestException or FileTooLongException)
            {
                _seen = stamps;
            }

            if (!string.Equals(exception.Message, _failure, StringComparison.Ordinal))
            {
                LogReloadFailed(exception.Message);
            }

            _failure = exception.Message;
        }
        finally
        {
            _lock.Exit();
        }
    }

    private void Replace(bool mayFail)
    {
        int endpoints = 0;
        long bytes = _files.Read(mayFail, objects =>
        {
            _failure = null;
            _replace(objects);
            endpoints = objects.SkippedEndpoints;
        });
        if (endpoints > 0 && !_loggedEndpoints)
        {
            _loggedEndpoints = true;
            LogSkippedEndpoints(endpoints);
        }

        MemoryReturn.Request(bytes);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Skipped {Count} Endpoints objects in manifests: endpoints are read from EndpointSlices")]
    private partial void LogSkippedEndpoints(int count);

    [LoggerMessage(Level = LogLevel.Information, Message = "Manifests reloaded")]
    private partial void LogReloaded();

    [LoggerMessage(Level = LogLevel.Warning, Message = "Manifests not reloaded, the previous ones stay in use: {Reason}")]
    private partial void LogReloadFailed(string reason);
}
