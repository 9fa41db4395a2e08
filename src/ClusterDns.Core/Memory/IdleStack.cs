namespace ClusterDns.Core.Memory;

/// <summary>
/// Objects that lie idle between uses, a bounded number of them. Any thread takes and returns them; the one returned last is taken first,
/// since it is most likely still in the processor's cache.
/// </summary>
/// <typeparam name="T">What is kept.</typeparam>
public sealed class IdleStack<T>
    where T : class
{
    private readonly Lock _lock = new();
    private readonly T?[] _items;
    private int _count;
    private int _bound;

    /// <summary>An empty stack.</summary>
    /// <param name="capacity">The most objects that the stack can hold, and its bound until another is set.</param>
    public IdleStack(int capacity)
    {
        _items = new T?[capacity];
        _bound = capacity;
    }

    /// <summary>How many objects lie idle.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _count;
            }
        }
    }

    /// <summary>How many objects lie idle at most: 0 to the capacity. A lower bound releases those beyond it to the garbage collector.</summary>
    public int Bound
    {
        get
        {
            lock (_lock)
            {
                return _bound;
            }
        }

        set
        {
            lock (_lock)
            {
                _bound = Math.Clamp(value, 0, _items.Length);
                if (_count > _bound)
                {
                    Array.Clear(_items, _bound, _count - _bound);
                    _count = _bound;
                }
            }
        }
    }

    /// <summary>Takes an object; null when none lies idle.</summary>
    public T? Take()
    {
        lock (_lock)
        {
            if (_count == 0)
            {
                return null;
            }

            ref T? top = ref _items[--_count];
            T? item = top;
            top = null;
            return item;
        }
    }

    /// <summary>Returns an object that nobody uses any more. Beyond the bound the garbage collector has it.</summary>
    /// <param name="item">The object.</param>
    public void Return(T item)
    {
        lock (_lock)
        {
            if (_count < _bound)
            {
                _items[_count++] = item;
            }
        }
    }
}
