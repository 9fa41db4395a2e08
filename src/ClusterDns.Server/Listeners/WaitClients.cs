namespace ClusterDns.Server.Listeners;

/// <summary>A client, by its address, and its replaceable places from the oldest to the newest.</summary>
internal sealed class WaitClient
{
    /// <summary>The address: IPv6, or IPv4 mapped into it.</summary>
    internal UInt128 Address { get; set; }

    /// <summary>When it took over a place of its own last; 0 for never.</summary>
    internal long RenewedAt { get; set; }

    /// <summary>How many places it holds.</summary>
    internal int Count { get; set; }

    /// <summary>The place that it has held longest.</summary>
    internal WaitPlace? Oldest { get; set; }

    /// <summary>The place that it took last.</summary>
    internal WaitPlace? Newest { get; set; }

    /// <summary>The client that began to hold as many places before this one.</summary>
    internal WaitClient? Previous { get; set; }

    /// <summary>The client that began to hold as many places after this one.</summary>
    internal WaitClient? Next { get; set; }
}

/// <summary>
/// The clients that hold replaceable places, ordered by how many they hold. Everything but growing takes constant time, and clients are
/// used again, so nothing is allocated for a query. For use under a lock.
/// </summary>
internal sealed class WaitClients
{
    private readonly Dictionary<UInt128, WaitClient> _clients = [];
    private readonly Stack<WaitClient> _free = new();
    private WaitClient?[] _first = new WaitClient?[64];
    private WaitClient?[] _last = new WaitClient?[64];
    private int _most;

    /// <summary>How many places the client holds that holds most.</summary>
    internal int Most => _most;

    /// <summary>How many clients hold a place.</summary>
    internal int Count => _clients.Count;

    /// <summary>How many replaceable places a client holds.</summary>
    internal int CountOf(UInt128 address) => _clients.TryGetValue(address, out WaitClient? client) ? client.Count : 0;

    /// <summary>The client that holds a number of places, and has held it longest; the others follow by <see cref="WaitClient.Next"/>.</summary>
    internal WaitClient? FirstWith(int count) => _first[count];

    /// <summary>A client takes a place.</summary>
    internal void Add(WaitPlace place, UInt128 address)
    {
        if (!_clients.TryGetValue(address, out WaitClient? client))
        {
            client = _free.Count > 0 ? _free.Pop() : new WaitClient();
            client.Address = address;
            client.RenewedAt = 0;
            _clients.Add(address, client);
        }

        place.Client = client;
        Append(client, place);
        Move(client, client.Count + 1);
    }

    /// <summary>A client gives a place back.</summary>
    internal void Remove(WaitPlace place)
    {
        WaitClient client = place.Client!;
        Unlink(client, place);
        place.Client = null;
        Move(client, client.Count - 1);
        if (client.Count == 0)
        {
            _clients.Remove(client.Address);
            _free.Push(client);
        }
    }

    private static void Append(WaitClient client, WaitPlace place)
    {
        place.Previous = client.Newest;
        if (client.Newest is { } newest)
        {
            newest.Next = place;
        }
        else
        {
            client.Oldest = place;
        }

        client.Newest = place;
    }

    private static void Unlink(WaitClient client, WaitPlace place)
    {
        if (place.Previous is { } previous)
        {
            previous.Next = place.Next;
        }
        else
        {
            client.Oldest = place.Next;
        }

        if (place.Next is { } next)
        {
            next.Previous = place.Previous;
        }
        else
        {
            client.Newest = place.Previous;
        }

        place.Previous = null;
        place.Next = null;
    }

    private void Move(WaitClient client, int count)
    {
        if (client.Count > 0)
        {
            Unlink(client);
        }

        client.Count = count;
        if (count > 0)
        {
            Link(client);
        }

        // One place came or went, so the most changes by one at a time.
        if (count > _most)
        {
            _most = count;
        }
        else if (_most > 0 && _first[_most] is null)
        {
            _most--;
        }
    }

    private void Link(WaitClient client)
    {
        if (client.Count >= _first.Length)
        {
            Array.Resize(ref _first, 2 * _first.Length);
            Array.Resize(ref _last, 2 * _last.Length);
        }

        ref WaitClient? last = ref _last[client.Count];
        client.Previous = last;
        client.Next = null;
        if (last is null)
        {
            _first[client.Count] = client;
        }
        else
        {
            last.Next = client;
        }

        last = client;
    }

    private void Unlink(WaitClient client)
    {
        if (client.Previous is { } previous)
        {
            previous.Next = client.Next;
        }
        else
        {
            _first[client.Count] = client.Next;
        }

        if (client.Next is { } next)
        {
            next.Previous = client.Previous;
        }
        else
        {
            _last[client.Count] = client.Previous;
        }

        client.Previous = null;
        client.Next = null;
    }
}
