using System.Runtime.InteropServices;

namespace ClusterDns.Server.Interop;

/// <summary>
/// An epoll instance over a handful of descriptors, and an eventfd that wakes whoever waits on it. One thread waits; any may
/// wake it.
/// </summary>
internal sealed unsafe class EventPoll : IDisposable
{
    private const int MaxEvents = 64;

    private readonly int _poll;
    private readonly int _wake;
    private readonly byte* _events;
    private int _disposed;

    /// <summary>Makes an empty one.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">No descriptor is left.</exception>
    internal EventPoll()
    {
        _poll = EventCalls.CreatePoll(EventCalls.CloseOnExec);
        if (_poll < 0)
        {
            throw ErrorNumbers.LastError();
        }

        _wake = EventCalls.CreateEvent(0, EventCalls.CloseOnExec | EventCalls.NonBlocking);
        if (_wake < 0)
        {
            Exception failure = ErrorNumbers.LastError();
            _ = SocketCalls.Close(_poll);
            throw failure;
        }

        _events = (byte*)NativeMemory.AllocZeroed((nuint)(MaxEvents * EventSize));
        Add(_wake, WakeToken);
    }

    /// <summary>What <see cref="GetToken"/> gives for the event of <see cref="Wake"/>.</summary>
    internal static ulong WakeToken => ulong.MaxValue;

    // struct epoll_event is packed on x64 and on no other architecture.
    private static int EventSize => RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;

    /// <summary>Watches a descriptor for something to read.</summary>
    /// <param name="descriptor">The descriptor; it is watched until it is closed.</param>
    /// <param name="token">What <see cref="GetToken"/> gives for its events.</param>
    /// <exception cref="System.Net.Sockets.SocketException">The kernel refused.</exception>
    internal void Add(int descriptor, ulong token)
    {
        byte* pollEvent = stackalloc byte[16];
        *(uint*)pollEvent = EventCalls.Readable;
        *(ulong*)(pollEvent + EventSize - sizeof(ulong)) = token;
        if (EventCalls.ControlPoll(_poll, EventCalls.ControlAdd, descriptor, pollEvent) != 0)
        {
            throw ErrorNumbers.LastError();
        }
    }

    /// <summary>Watches a descriptor no more; one that is not watched has no effect.</summary>
    /// <param name="descriptor">The descriptor.</param>
    internal void Remove(int descriptor)
    {
        byte* ignored = stackalloc byte[16];
        _ = EventCalls.ControlPoll(_poll, EventCalls.ControlDelete, descriptor, ignored);
    }

    /// <summary>Waits for events.</summary>
    /// <param name="milliseconds">How long to wait when there are none: 0 for not at all, -1 for ever.</param>
    /// <returns>How many there are; 0 also when a signal cut the wait short.</returns>
    /// <exception cref="System.Net.Sockets.SocketException">The instance cannot be waited on; another wait would return as soon.</exception>
    internal int Wait(int milliseconds)
    {
        int events = EventCalls.WaitPoll(_poll, _events, MaxEvents, milliseconds);
        return events >= 0 ? events
            : Marshal.GetLastPInvokeError() == ErrorNumbers.Interrupted ? 0
            : throw ErrorNumbers.LastError();
    }

    /// <summary>Which descriptor an event of the last <see cref="Wait"/> is about.</summary>
    /// <param name="index">Less than what <see cref="Wait"/> returned.</param>
    internal ulong GetToken(int index) => *(ulong*)(_events + ((index + 1) * EventSize) - sizeof(ulong));

    /// <summary>Takes back what <see cref="Wake"/> did, so that the next wait is one again.</summary>
    internal void ClearWake()
    {
        ulong count;
        _ = EventCalls.Read(_wake, &count, sizeof(ulong));
    }

    /// <summary>Ends the wait, now and from then on until <see cref="ClearWake"/>.</summary>
    internal void Wake()
    {
        ulong one = 1;
        _ = EventCalls.Write(_wake, &one, sizeof(ulong));
    }

    /// <summary>
    /// Closes it. Nobody may wait or wake any more. Only the first call counts: the numbers of the descriptors are soon somebody else's.
    /// </summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        _ = SocketCalls.Close(_wake);
        _ = SocketCalls.Close(_poll);
        NativeMemory.Free(_events);
    }
}
