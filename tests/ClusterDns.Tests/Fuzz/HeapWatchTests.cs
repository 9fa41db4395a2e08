using ClusterDns.Fuzz;
using ClusterDns.Tests.TestKit;

namespace ClusterDns.Tests.Fuzz;

[Collection(Alone.Name)]
public class HeapWatchTests
{
    private const long Packets = 1_000_000;
    private const long Base = 500_000;

    [Fact]
    public void WhatFillsUpAtFirstIsNoLeak()
        => Assert.Null(Run(Packets, static packet => Base + (10 * Math.Min(packet, HeapWatch.WarmUp))).Find());

    [Fact]
    public void ABytePacketByPacketIsALeak()
        => Assert.Equal("the heap grew from 600000 to 1500000 bytes", Run(Packets, static packet => Base + packet).Find());

    [Fact]
    public void ALeakThatBeginsLateIsFound()
        => Assert.NotNull(Run(Packets, static packet => Base + Math.Max(0, packet - (Packets / 2))).Find());

    [Fact]
    public void WhatWaversIsNoLeakUpToTheBound()
    {
        Assert.Null(Run(Packets, static packet => packet == Packets ? Base + HeapWatch.AllowedGrowth : Base).Find());
        Assert.NotNull(Run(Packets, static packet => packet == Packets ? Base + HeapWatch.AllowedGrowth + 1 : Base).Find());
    }

    [Fact]
    public void AShortRunIsNotJudgedAndSaysSo()
    {
        HeapWatch shortRun = Run((2 * HeapWatch.WarmUp) - 1, static packet => Base + (1000 * packet));

        Assert.Null(shortRun.Find());
        Assert.Equal("too few packets to judge the heap, which takes 200000", shortRun.ToString());
        Assert.NotNull(Run(2 * HeapWatch.WarmUp, static packet => Base + (1000 * packet)).Find());
    }

    [Fact]
    public void ObjectsThatAreKeptAreFoundInTheRealHeap()
    {
        List<byte[]> kept = [];
        HeapWatch watch = new(2 * HeapWatch.WarmUp, static () => GC.GetTotalMemory(forceFullCollection: true));
        for (long packet = 0; packet < 2 * HeapWatch.WarmUp; packet++)
        {
            watch.OnPacket(packet);
            kept.Add(new byte[8]);
        }

        watch.OnEnd();
        GC.KeepAlive(kept);

        Assert.NotNull(watch.Find());
    }

    private static HeapWatch Run(long packets, Func<long, long> heapAt)
    {
        long now = 0;
        HeapWatch watch = new(packets, () => heapAt(now));
        for (; now < packets; now++)
        {
            watch.OnPacket(now);
        }

        watch.OnEnd();
        return watch;
    }
}
