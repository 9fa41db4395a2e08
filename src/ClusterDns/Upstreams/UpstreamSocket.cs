using System.Net;
using ClusterDns.Interop;

namespace ClusterDns.Upstreams;

/// <summary>
/// A datagram socket that is connected to an upstream, so that the kernel takes nothing from anyone else and tells when nobody
/// listens there. Its port is random (RFC 5452 section 9.2). It belongs to one engine.
/// </summary>
internal sealed class UpstreamSocket : IDisposable
{
    /// <summary>After so many replies that fit no query, somebody may be guessing.</summary>
    internal const int MaxMismatches = 16;

    private const int RecentCount = 64;

    private readonly Dictionary<ushort, UdpExchange> _pending = [];
    private readonly int[] _recent = new int[RecentCount];
    private int _recentPosition;

    private UpstreamSocket(NativeSocketHandle handle, UpstreamSocketPool pool, int slot, long openedAt)
    {
        Handle = handle;
        Pool = pool;
        Slot = slot;
        OpenedAt = openedAt;
        _recent.AsSpan().Fill(-1);
    }

    /// <summary>The socket.</summary>
    internal NativeSocketHandle Handle { get; }

    /// <summary>The upstream's sockets.</summary>
    internal UpstreamSocketPool Pool { get; }

    /// <summary>Its number in the engine.</summary>
    internal int Slot { get; }

    /// <summary>When it was opened.</summary>
    internal long OpenedAt { get; }

    /// <summary>How many queries were sent from it.</summary>
    internal int Uses { get; set; }

    /// <summary>How many replies fitted no query.</summary>
    internal int Mismatches { get; private set; }

    /// <summary>Whether so many replies fitted no query that none is taken any more.</summary>
    internal bool IsSuspicious => Mismatches >= MaxMismatches;

    /// <summary>Whether it sends no more, and is closed when nothing is pending.</summary>
    internal bool IsRetired { get; set; }

    /// <summary>How many queries wait for their reply.</summary>
    internal int PendingCount => _pending.Count;

    /// <summary>The queries that wait for their reply.</summary>
    internal Dictionary<ushort, UdpExchange>.ValueCollection Pending => _pending.Values;

    /// <summary>Opens one; null, and the reason, when it cannot be.</summary>
    internal static UpstreamSocket? TryOpen(IPEndPoint endpoint, UpstreamSocketPool pool, int slot, long now)
    {
        NativeSocketHandle? handle = null;
        try
        {
            handle = NativeSocketHandle.Create(endpoint.AddressFamily);
            if (handle.TryConnect(endpoint))
            {
                return new UpstreamSocket(handle, pool, slot, now);
            }
        }
        catch (System.Net.Sockets.SocketException)
        {
            // No descriptor is left, or the family is missing: the query fails, and the upstream's health tells of it.
        }

        handle?.Dispose();
        return null;
    }

    /// <summary>Whether an ID is free.</summary>
    internal bool IsFree(ushort id) => !_pending.ContainsKey(id);

    /// <summary>Expects a reply.</summary>
    internal void Expect(UdpExchange exchange) => _pending.Add(exchange.Id, exchange);

    /// <summary>Expects it no more; a late or second reply of this ID is no guess.</summary>
    internal void Forget(UdpExchange exchange)
    {
        _pending.Remove(exchange.Id);
        _recent[_recentPosition] = exchange.Id;
        _recentPosition = (_recentPosition + 1) % RecentCount;
    }

    /// <summary>The query that a reply is for; null, and a mismatch counted, when there is none.</summary>
    internal UdpExchange? Match(ReadOnlySpan<byte> reply)
    {
        if (reply.Length >= 2 && !IsSuspicious)
        {
            ushort id = (ushort)((reply[0] << 8) | reply[1]);
            if (_pending.TryGetValue(id, out UdpExchange? exchange))
            {
                if (ReplyCheck.IsReply(exchange.Request, reply))
                {
                    return exchange;
                }
            }
            else if (_recent.AsSpan().Contains(id))
            {
                return null;
            }
        }

        Mismatches++;
        return null;
    }

    /// <inheritdoc/>
    public void Dispose() => Handle.Dispose();
}
