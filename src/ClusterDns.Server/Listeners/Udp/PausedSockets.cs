using System.Net.Sockets;
using ClusterDns.Server.Interop;

namespace ClusterDns.Server.Listeners.Udp;

/// <summary>
/// The sockets of a worker on which receiving keeps failing. epoll reports such a socket as ready again at once, so it leaves the poll while
/// it rests, and the worker serves the others. For the worker's thread alone.
/// </summary>
/// <param name="poll">The worker's epoll; a socket's token is its index.</param>
/// <param name="sockets">The worker's sockets.</param>
/// <param name="timeProvider">The clock.</param>
internal sealed class PausedSockets(EventPoll poll, NativeUdpSocket[] sockets, TimeProvider timeProvider)
{
    private readonly ReceivePause[] _pauses = new ReceivePause[sockets.Length];
    private readonly TimeSpan[] _lengths = new TimeSpan[sockets.Length];
    private readonly long[] _starts = new long[sockets.Length];
    private int _failing;
    private int _resting;

    /// <summary>A receive ended; one that failed as often as allowed has its socket rest.</summary>
    /// <param name="index">The socket's index.</param>
    /// <param name="isFailing">Whether it failed.</param>
    internal void Observe(int index, bool isFailing)
    {
        if (isFailing)
        {
            _failing += _pauses[index].IsFailing ? 0 : 1;
            poll.Remove(sockets[index].Handle.Descriptor);
            Rest(index);
        }
        else if (_failing > 0 && _pauses[index].IsFailing)
        {
            _pauses[index].End();
            _failing--;
        }
    }

    /// <summary>Shortens a wait for events so that it ends with the next pause.</summary>
    /// <param name="milliseconds">The wait; -1 for no limit.</param>
    internal int Shorten(int milliseconds)
    {
        if (_resting == 0)
        {
            return milliseconds;
        }

        double next = int.MaxValue;
        for (int i = 0; i < sockets.Length; i++)
        {
            next = IsResting(i) ? Math.Min(next, GetRest(i).TotalMilliseconds) : next;
        }

        int left = (int)Math.Ceiling(Math.Max(0, next));
        return milliseconds < 0 ? left : Math.Min(left, milliseconds);
    }

    /// <summary>Has sockets received from again whose pause is over.</summary>
    internal void Resume()
    {
        for (int i = 0; _resting > 0 && i < sockets.Length; i++)
        {
            if (IsResting(i) && GetRest(i) <= TimeSpan.Zero)
            {
                _lengths[i] = default;
                _resting--;
                ReturnToPoll(i);
            }
        }
    }

    private bool IsResting(int index) => _lengths[index] > TimeSpan.Zero;

    private TimeSpan GetRest(int index) => _lengths[index] - timeProvider.GetElapsedTime(_starts[index]);

    private void ReturnToPoll(int index)
    {
        try
        {
            poll.Add(sockets[index].Handle.Descriptor, (ulong)index);
            sockets[index].MayHaveMore = true;
        }
        catch (SocketException)
        {
            // The kernel has no memory for it now.
            Rest(index);
        }
    }

    private void Rest(int index)
    {
        _resting += IsResting(index) ? 0 : 1;
        _lengths[index] = _pauses[index].Next();
        _starts[index] = timeProvider.GetTimestamp();
    }
}
