namespace ClusterDns.Core.Pipeline;

/// <summary>Things that lie idle between uses, a bounded number of them; taking and giving back never wait.</summary>
/// <typeparam name="T">What is kept.</typeparam>
/// <param name="capacity">How many are kept; the garbage collector has the rest.</param>
internal sealed class IdleSlots<T>(int capacity)
    where T : class
{
    private readonly T?[] _slots = new T?[capacity];
    private volatile int _most = capacity;

    /// <summary>How many are kept from now on: 0 to the capacity.</summary>
    public int Most
    {
        get => _most;
        set => _most = Math.Clamp(value, 0, _slots.Length);
    }

    /// <summary>Takes one out; null when there is none.</summary>
    public T? Take()
    {
        foreach (ref T? slot in _slots.AsSpan())
        {
            if (slot is not null && Interlocked.Exchange(ref slot, null) is { } taken)
            {
                return taken;
            }
        }

        return null;
    }

    /// <summary>Gives one back.</summary>
    /// <param name="item">What nobody uses any more.</param>
    public void Give(T item)
    {
        foreach (ref T? slot in _slots.AsSpan(0, _most))
        {
            if (slot is null && Interlocked.CompareExchange(ref slot, item, null) is null)
            {
                return;
            }
        }
    }
}
