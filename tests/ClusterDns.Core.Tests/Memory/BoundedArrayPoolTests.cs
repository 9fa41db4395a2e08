using ClusterDns.Core.Memory;
using ClusterDns.TestKit;

namespace ClusterDns.Core.Tests.Memory;

public sealed class BoundedArrayPoolTests
{
    private const int Bound = 256 * 1024;

    private readonly BoundedArrayPool<byte> _pool = new(Bound);

    [Fact]
    public void What_lies_idle_keeps_within_the_bound_whatever_is_returned()
    {
        for (int length = 1; length <= 1 << 20; length *= 2)
        {
            byte[][] rented = [.. Enumerable.Range(0, 200).Select(_ => _pool.Rent(length))];
            Array.ForEach(rented, _pool.Return);
        }

        Assert.InRange(_pool.IdleBytes, Bound / 2, Bound);
    }

    [Fact]
    public void Lower_bound_releases_what_is_beyond_it()
    {
        byte[][] rented = [.. Enumerable.Range(0, 50).Select(_ => _pool.Rent(512))];
        Array.ForEach(rented, _pool.Return);

        _pool.LimitTo(4096);

        Assert.InRange(_pool.IdleBytes, 0, 4096);
        _pool.LimitTo(0);
        Assert.Equal(0, _pool.IdleBytes);
    }

    [Theory]
    [InlineData(0, 16)]
    [InlineData(16, 16)]
    [InlineData(17, 32)]
    [InlineData(512, 512)]
    [InlineData(65536, 65536)]
    [InlineData(131072, 131072)]
    [InlineData(131073, 131073)]
    public void Array_has_the_next_power_of_two_up_to_the_longest_that_is_kept(int asked, int length)
        => Assert.Equal(length, _pool.Rent(asked).Length);

    [Fact]
    public void Returned_array_is_rented_again_without_an_allocation()
    {
        byte[] array = _pool.Rent(1000);
        _pool.Return(array);

        Assert.Same(array, _pool.Rent(600));
        _pool.Return(array);
        Assert.Equal(0, Allocations.Count(() => _pool.Return(_pool.Rent(1000))));
    }

    [Fact]
    public void Array_from_elsewhere_is_not_kept()
    {
        _pool.Return([]);
        _pool.Return(new byte[1000]);
        _pool.Return(new byte[1 << 20]);

        Assert.Equal(0, _pool.IdleBytes);
    }
}
