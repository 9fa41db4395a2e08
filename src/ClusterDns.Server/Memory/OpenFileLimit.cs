using System.ComponentModel;
using System.Runtime.InteropServices;
using ClusterDns.Server.Interop;

namespace ClusterDns.Server.Memory;

/// <summary>
/// How many descriptors the process may have open (RLIMIT_NOFILE). The soft limit is raised to the hard one at the start, as Go's
/// runtime does; child processes get the original soft limit, since some programs break or slow down under a huge one.
/// </summary>
internal sealed class OpenFileLimit
{
    /// <summary>What is assumed where the system does not say.</summary>
    private const long Unknown = 1024;

    private readonly Lock _lock = new();
    private ResourceLimit _original;
    private ResourceLimit _raised;
    private int _spawning;

    /// <summary>The most descriptors that may be open now.</summary>
    public long Current { get; private set; } = Unknown;

    /// <summary>Raises the soft limit to the hard one.</summary>
    /// <returns>Null when it worked or there was nothing to do, otherwise why it did not.</returns>
    public string? Raise()
    {
        if (!OperatingSystem.IsLinux() || !Environment.Is64BitProcess)
        {
            return null;
        }

        if (!TryGet(out _original))
        {
            return Failure();
        }

        _raised = _original;
        Current = ToLong(_original.Soft);
        if (_original.Soft >= _original.Hard)
        {
            return null;
        }

        ResourceLimit wanted = _original with { Soft = _original.Hard };
        if (!TrySet(wanted))
        {
            return Failure();
        }

        _raised = wanted;
        Current = ToLong(wanted.Soft);
        return null;
    }

    /// <summary>
    /// Runs what starts a child process under the original soft limit, which the child inherits. Descriptors that are open stay open; for
    /// this moment the process cannot open one whose number is above the original limit.
    /// </summary>
    /// <param name="start">Starts the child, and returns as soon as it runs.</param>
    public void WithOriginal(Action start)
    {
        bool isRaised = _raised.Soft != _original.Soft;
        lock (_lock)
        {
            if (isRaised && _spawning++ == 0)
            {
                TrySet(_original with { Hard = _raised.Hard });
            }
        }

        try
        {
            start();
        }
        finally
        {
            lock (_lock)
            {
                if (isRaised && --_spawning == 0)
                {
                    TrySet(_raised);
                }
            }
        }
    }

    private static long ToLong(ulong value) => value > long.MaxValue ? long.MaxValue : (long)value;

    private static unsafe bool TryGet(out ResourceLimit limit)
    {
        ResourceLimit read;
        bool isRead = ResourceLimitCalls.Get(ResourceLimitCalls.OpenFiles, &read) == 0;
        limit = read;
        return isRead;
    }

    private static unsafe bool TrySet(ResourceLimit limit) => ResourceLimitCalls.Set(ResourceLimitCalls.OpenFiles, &limit) == 0;

    private static string Failure() => new Win32Exception(Marshal.GetLastPInvokeError()).Message;
}
