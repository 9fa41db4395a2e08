using ClusterDns.Core.Pipeline;

namespace ClusterDns.Server.Upstreams.Stream;

/// <summary>The pools of connections of the process: upstreams with equal address and options share one.</summary>
/// <param name="services">What pools share.</param>
internal sealed class StreamPools(StreamServices services)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Key, Shared> _pools = [];

    /// <summary>What pools share.</summary>
    internal StreamServices Services => services;

    /// <summary>A pool, for one more user.</summary>
    internal StreamPool Acquire(NetworkEndpoint endpoint, TimeSpan expire, TimeSpan maxAge)
    {
        Key key = new(endpoint.ToString(), expire, maxAge);
        lock (_lock)
        {
            if (!_pools.TryGetValue(key, out Shared? shared))
            {
                _pools.Add(key, shared = new Shared(new StreamPool(endpoint.ToIPEndPoint(), expire, maxAge, services)));
            }

            shared.Users++;
            return shared.Pool;
        }
    }

    /// <summary>One user less. With the last one the pool closes what is at rest.</summary>
    internal void Release(StreamPool pool)
    {
        lock (_lock)
        {
            KeyValuePair<Key, Shared> entry = _pools.First(entry => ReferenceEquals(entry.Value.Pool, pool));
            if (--entry.Value.Users > 0)
            {
                return;
            }

            _pools.Remove(entry.Key);
        }

        pool.Dispose();
    }

    private sealed record Key(string Endpoint, TimeSpan Expire, TimeSpan MaxAge);

    private sealed class Shared(StreamPool pool)
    {
        public StreamPool Pool => pool;

        public int Users { get; set; }
    }
}
