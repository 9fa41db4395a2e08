using System.Numerics;
using System.Runtime.CompilerServices;

namespace ClusterDns.Core.Memory;

/// <summary>
/// Arrays that are rented for a short time. As the runtime's shared pool, but what lies idle has a bound that the memory budget counts. Any
/// thread rents and returns.
/// </summary>
/// <typeparam name="T">The type of the elements.</typeparam>
public sealed class BoundedArrayPool<T>
{
    /// <summary>The longest array that is kept, in elements. A longer one is allocated and collected.</summary>
    public const int MaxLength = MinLength << (Lengths - 1);

    private const int MinLength = 16;
    private const int Lengths = 14;
    private const int MostOfOneLength = 64;

    private readonly IdleStack<T[]>[] _idle = new IdleStack<T[]>[Lengths];

    /// <summary>A pool without arrays.</summary>
    /// <param name="bytes">The most bytes that lie idle.</param>
    public BoundedArrayPool(long bytes)
    {
        for (int i = 0; i < Lengths; i++)
        {
            _idle[i] = new IdleStack<T[]>(MostOfOneLength);
        }

        LimitTo(bytes);
    }

    /// <summary>How many bytes lie idle.</summary>
    public long IdleBytes
    {
        get
        {
            long bytes = 0;
            for (int i = 0; i < Lengths; i++)
            {
                bytes += _idle[i].Count * BytesOf(i);
            }

            return bytes;
        }
    }

    /// <summary>Bounds what lies idle; what is beyond the bound is released to the garbage collector.</summary>
    /// <param name="bytes">The most bytes. Each length gets an equal part, and what short arrays do not need is for longer ones.</param>
    public void LimitTo(long bytes)
    {
        for (int i = 0; i < Lengths; i++)
        {
            _idle[i].Bound = (int)Math.Min(MostOfOneLength, bytes / (Lengths - i) / BytesOf(i));
            bytes -= _idle[i].Bound * BytesOf(i);
        }
    }

    /// <summary>An array whose content is undefined.</summary>
    /// <param name="minimumLength">The least elements that it has.</param>
    public T[] Rent(int minimumLength)
        => minimumLength > MaxLength
            ? GC.AllocateUninitializedArray<T>(minimumLength)
            : _idle[IndexOf(minimumLength)].Take() ?? GC.AllocateUninitializedArray<T>(MinLength << IndexOf(minimumLength));

    /// <summary>Returns an array that nobody uses any more. References in it are cleared already.</summary>
    /// <param name="array">From <see cref="Rent"/>; each only once.</param>
    public void Return(T[] array)
    {
        if (array.Length is >= MinLength and <= MaxLength && BitOperations.IsPow2(array.Length))
        {
            _idle[IndexOf(array.Length)].Return(array);
        }
    }

    private static int IndexOf(int length) => BitOperations.Log2((uint)Math.Max(length, MinLength) - 1) + 1 - BitOperations.Log2(MinLength);

    private static long BytesOf(int index) => (long)Unsafe.SizeOf<T>() * (MinLength << index);
}
