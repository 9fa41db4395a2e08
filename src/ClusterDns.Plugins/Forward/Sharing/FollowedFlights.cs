namespace ClusterDns.Plugins.Forward.Sharing;

/// <summary>The flights of a stripe that have followers, linked to one another. For use under the stripe's lock.</summary>
internal sealed class FollowedFlights
{
    private Flight? _first;

    /// <summary>One of them; the others follow by <see cref="Flight.NextFollowed"/>. Null when there is none, which any thread may ask.</summary>
    public Flight? First => Volatile.Read(ref _first);

    /// <summary>A flight gets its first follower.</summary>
    public void Add(Flight flight)
    {
        flight.PreviousFollowed = null;
        flight.NextFollowed = _first;
        if (_first is { } first)
        {
            first.PreviousFollowed = flight;
        }

        Volatile.Write(ref _first, flight);
    }

    /// <summary>A flight has no followers any more.</summary>
    public void Remove(Flight flight)
    {
        if (flight.PreviousFollowed is { } previous)
        {
            previous.NextFollowed = flight.NextFollowed;
        }
        else
        {
            Volatile.Write(ref _first, flight.NextFollowed);
        }

        if (flight.NextFollowed is { } next)
        {
            next.PreviousFollowed = flight.PreviousFollowed;
        }

        flight.PreviousFollowed = null;
        flight.NextFollowed = null;
    }
}
