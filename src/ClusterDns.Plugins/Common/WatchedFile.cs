using System.Globalization;
using ClusterDns.Core.Execution;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Resources;

namespace ClusterDns.Plugins.Common;

/// <summary>
/// A file that is checked periodically, and read when it has changed. While it is missing or cannot be read, its last content stays
/// counting.
/// </summary>
/// <param name="path">The file.</param>
/// <param name="interval">How often it is looked at; zero for never after the first time.</param>
/// <param name="maxLength">The longest file that is read, in bytes.</param>
/// <param name="files">The file system.</param>
/// <param name="guard">Starts the timer.</param>
internal abstract class WatchedFile(string path, TimeSpan interval, int maxLength, IFileAccess files, CallbackGuard guard) : ISharedResource
{
    private static readonly TimeSpan ShortestPeriod = TimeSpan.FromMilliseconds(1);

    /// <summary>What timers can wait.</summary>
    private static readonly TimeSpan LongestPeriod = TimeSpan.FromDays(49);

    private readonly Lock _lock = new();
    private FileStamp? _seen;
    private FileStamp? _unreadable;
    private bool _isMissing;
    private PeriodicLook? _look;

    /// <summary>The file's path.</summary>
    protected string Path => path;

    /// <summary>The file system.</summary>
    protected IFileAccess Files => files;

    /// <summary>Whether it was there at some look, if only to be refused.</summary>
    protected bool WasFound => _seen is not null || _unreadable is not null;

    /// <inheritdoc/>
    public void Start()
    {
        if (interval > TimeSpan.Zero)
        {
            TimeSpan period = interval < ShortestPeriod ? ShortestPeriod : interval > LongestPeriod ? LongestPeriod : interval;
            _look = new PeriodicLook(guard, "watched_file", period, HasChanged, Look, Look);
        }
    }

    /// <inheritdoc/>
    public virtual void Dispose() => _look?.Dispose();

    private bool HasChanged() => files.GetStamp(path) is { } stamp && stamp != _seen;

    /// <summary>Looks at the file, unless another thread does.</summary>
    protected void Look()
    {
        if (!_lock.TryEnter())
        {
            return;
        }

        FileStamp? stamp = null;
        try
        {
            stamp = files.GetStamp(path);
            bool wasMissing = _isMissing;
            _isMissing = stamp is null;
            if (_isMissing && !wasMissing)
            {
                OnMissing();
            }

            if (stamp is null || stamp == _seen)
            {
                return;
            }

            if (stamp.Value.Length > maxLength)
            {
                OnRefused(string.Create(CultureInfo.InvariantCulture, $"has more than {maxLength} bytes and is not read"));
            }
            else if (!TryRead(stamp.Value))
            {
                return;
            }

            _seen = stamp;
            _unreadable = null;
        }
        catch (FileTooLongException)
        {
            // The length that the file system reports is not always so: 0 for a file of /proc.
            OnRefused(string.Create(CultureInfo.InvariantCulture, $"has more than {maxLength} bytes and is not read"));
            _seen = stamp;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It is retried at the next check, since rights come back without a new stamp, but reported once.
            if (stamp is null || stamp != _unreadable)
            {
                OnRefused($"cannot be read: {exception.Message}");
            }

            _unreadable = stamp;
        }
        finally
        {
            _lock.Exit();
        }
    }

    /// <summary>Reads the file, which is new or has changed: whole, unless a derived class reads it in parts.</summary>
    /// <param name="stamp">Differs when the file changes again.</param>
    /// <returns>False when it was refused before and would be again: the next look tries again.</returns>
    /// <exception cref="IOException">It cannot be read, or does not fit into memory; what it said before stays.</exception>
    protected virtual bool TryRead(FileStamp stamp)
    {
        OnChanged(files.ReadAllBytes(path, maxLength), stamp);
        return true;
    }

    /// <summary>The file is new or has changed.</summary>
    /// <param name="content">What it says now.</param>
    /// <param name="stamp">The stamp, which changes when the file changes again.</param>
    protected virtual void OnChanged(byte[] content, FileStamp stamp)
    {
    }

    /// <summary>The file has changed, and cannot or must not be read; called once for each change.</summary>
    /// <param name="problem">The reason, to be appended to its name.</param>
    protected abstract void OnRefused(string problem);

    /// <summary>The file is missing; called once until it exists again.</summary>
    protected virtual void OnMissing()
    {
    }
}
