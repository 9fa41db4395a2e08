using System.Runtime.CompilerServices;
using ClusterDns.Core.Memory;
using ClusterDns.Core.Wire;

namespace ClusterDns.Core.Pipeline;

/// <summary>
/// Questions that a link asks in order to answer another: the target of an alias, the address of another family. They are
/// bounded, so that no chain of aliases and no pair of blocks that ask each other can continue for ever.
/// </summary>
public static class InternalQuery
{
    /// <summary>How deep questions may lie within one another; a client's question has depth 0.</summary>
    public const int MaxDepth = 8;

    /// <summary>How many questions may be asked for one of a client's, at all depths together.</summary>
    public const int MaxPerQuery = 32;

    private static readonly IdleStack<Exchange> Idle = new(PoolSizes.Largest.InternalQueries);

    /// <summary>Bounds what lies idle of the buffers that all queries of the process share.</summary>
    /// <param name="sizes">How many of each.</param>
    public static void LimitIdle(PoolSizes sizes)
    {
        Idle.Bound = sizes.InternalQueries;
        LargeBuffers.Idle.Bound = sizes.LargeBuffers;
    }

    /// <summary>
    /// Makes a question of class IN in the name of the client that asks <paramref name="parent"/>. It lives until the parent is
    /// reset, so records of its response may be put into the parent's. One that is still in flight then is abandoned, and lives until the chain
    /// that serves it ends.
    /// </summary>
    /// <param name="parent">The query that is to be answered.</param>
    /// <param name="name">The name in wire form.</param>
    /// <param name="type">The type.</param>
    /// <returns>The question, for <see cref="RouteAsync"/> or <see cref="PluginHandler.AskNextAsync"/>; null beyond the bounds.</returns>
    public static Query? TryCreate(Query parent, ReadOnlySpan<byte> name, RecordType type)
    {
        QueryFamily family = parent.Exchange.GetFamily();
        if (parent.Depth >= MaxDepth || !family.TryAsk())
        {
            return null;
        }

        Exchange exchange = Idle.Take() ?? new Exchange();
        int length = WriteRequest(exchange.RequestBuffer, parent, name, type);
        if (exchange.AcceptInternal(length, parent.Exchange, family) != QueryVerdict.Serve)
        {
            TakeBack(exchange);
            return null;
        }

        exchange.NextSibling = parent.Exchange.FirstChild;
        parent.Exchange.FirstChild = exchange;
        return exchange.Query;
    }

    /// <summary>Has the server answer a question, by whichever of the listener's server blocks has its name.</summary>
    /// <param name="query">What <see cref="TryCreate"/> made; its parent has a router.</param>
    public static ValueTask RouteAsync(Query query)
    {
        Exchange exchange = query.Exchange;
        exchange.AddLease();
        return EndLeaseAsync(exchange.Router!.RouteAsync(query), exchange);
    }

    /// <summary>Has a link answer a question.</summary>
    /// <param name="query">What <see cref="TryCreate"/> made.</param>
    /// <param name="link">The link.</param>
    internal static ValueTask AskAsync(Query query, PluginHandler link)
    {
        query.Exchange.AddLease();
        ValueTask served;
        try
        {
            served = link.ServeAsync(query);
        }
        catch
        {
            EndLease(query.Exchange);
            throw;
        }

        return EndLeaseAsync(served, query.Exchange);
    }

    /// <summary>Takes back a query's internal queries, apart from those in flight, whose chains take them back.</summary>
    /// <param name="first">The first of them.</param>
    internal static void Release(Exchange? first)
    {
        while (first is not null)
        {
            Exchange? next = first.NextSibling;
            EndLease(first);
            first = next;
        }
    }

    private static ValueTask EndLeaseAsync(ValueTask served, Exchange exchange)
    {
        if (!served.IsCompletedSuccessfully)
        {
            return AwaitAsync(served, exchange);
        }

        served.GetAwaiter().GetResult();
        EndLease(exchange);
        return ValueTask.CompletedTask;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private static async ValueTask AwaitAsync(ValueTask served, Exchange exchange)
    {
        try
        {
            await served;
        }
        finally
        {
            EndLease(exchange);
        }
    }

    private static void EndLease(Exchange exchange)
    {
        if (exchange.EndLease())
        {
            TakeBack(exchange);
        }
    }

    private static void TakeBack(Exchange exchange)
    {
        exchange.Reset();
        Idle.Return(exchange);
    }

    /// <summary>Writes a question of class IN with the flags and the EDNS of another query.</summary>
    internal static int WriteRequest(Span<byte> destination, Query parent, ReadOnlySpan<byte> name, RecordType type)
    {
        DnsHeader header = new()
        {
            Id = parent.Header.Id,
            Flags = parent.Header.Flags & (HeaderFlags.RecursionDesired | HeaderFlags.CheckingDisabled | HeaderFlags.AuthenticData),
            QuestionCount = 1,
            AdditionalCount = parent.HasEdns ? (ushort)1 : (ushort)0,
        };
        WireWriter writer = new(destination);
        writer.TryWriteHeader(in header);
        writer.TryWriteQuestion(name, type, RecordClass.IN);
        if (parent.HasEdns)
        {
            writer.TryWriteOpt(parent.UdpSize, extendedRcode: 0, version: 0, parent.DnssecOk, options: default);
        }

        return writer.Length;
    }
}
