namespace ClusterDns.Server.Upstreams;

/// <summary>Exchanges that wait for their reply, linked by themselves so that adding and removing allocate nothing.</summary>
internal sealed class ExchangeList
{
    /// <summary>One of them; the others follow by <see cref="UdpExchange.Next"/>.</summary>
    internal UdpExchange? First { get; private set; }

    /// <summary>How many there are.</summary>
    internal int Count { get; private set; }

    /// <summary>Adds one.</summary>
    internal void Add(UdpExchange exchange)
    {
        exchange.Previous = null;
        exchange.Next = First;
        if (First is not null)
        {
            First.Previous = exchange;
        }

        First = exchange;
        Count++;
    }

    /// <summary>Removes one that is there.</summary>
    internal void Remove(UdpExchange exchange)
    {
        if (exchange.Previous is null)
        {
            First = exchange.Next;
        }
        else
        {
            exchange.Previous.Next = exchange.Next;
        }

        if (exchange.Next is not null)
        {
            exchange.Next.Previous = exchange.Previous;
        }

        exchange.Previous = exchange.Next = null;
        Count--;
    }
}
