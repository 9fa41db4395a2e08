using System.Buffers.Binary;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Cache.Store;
using CsCheck;

namespace ClusterDns.Plugins.Tests.Cache;

public sealed class CacheTableTests
{
    private static readonly CacheQuestion Question = new(1, 1, dnssecOk: false, checkingDisabled: false);

    [Theory]
    [InlineData(0, 1024)]
    [InlineData(1500, 1280)]
    [InlineData(9984, 9984)]
    [InlineData(10000, 9984)]
    public void A_capacity_is_rounded_as_CoreDNS_does(int capacity, int rounded)
        => Assert.Equal(rounded, new CacheTable(capacity).Capacity);

    [Fact]
    public void Neither_count_nor_bytes_go_beyond_their_bounds()
        => Gen.Select(Gen.Int[0, 5000], Gen.Int[0, 4000]).Array[3000].Sample(
            static writes =>
            {
                CacheTable table = new(1024);
                int evicted = 0;
                HashSet<int> names = [];
                foreach ((int name, int size) in writes)
                {
                    bool isKnown = Find(table, name) is not null;
                    evicted += Set(table, name, size);
                    names.Add(name);
                    Assert.True(table.Count <= table.Capacity && table.Bytes <= table.ByteLimit);
                    Assert.True(isKnown || Find(table, name) is not null);
                }

                // Whoever was given up may have come back, and so counts twice.
                Assert.True(table.Count + evicted >= names.Count);
                Assert.Equal(table.Count, Enumerable.Range(0, 5001).Count(name => Find(table, name) is not null));
            },
            iter: 20);

    [Fact]
    public void What_is_asked_often_stays_while_names_flood_in()
        => Gen.Int.Sample(
            static seed =>
            {
                Random random = new(seed);
                CacheTable table = new(1024);
                int flood = 1_000_000;
                int hits = 0;
                int asked = 0;
                for (int i = 0; i < 40_000; i++)
                {
                    int name = Zipf(random, 400);
                    bool hit = Find(table, name) is not null;
                    if (!hit)
                    {
                        Set(table, name, 60);
                    }

                    if (i >= 10_000)
                    {
                        asked++;
                        hits += hit ? 1 : 0;
                    }

                    // Four names that nobody asks again for each that is wanted.
                    for (int k = 0; k < 4; k++)
                    {
                        Set(table, flood++, 60);
                    }
                }

                Assert.True(hits > asked * 0.9, $"{hits} of {asked}");
            },
            iter: 5);

    [Fact]
    public void Readers_find_what_stays_while_others_come_and_go()
    {
        CacheTable table = new(1024);
        for (int name = 0; name < 100; name++)
        {
            Set(table, name, 60);
            Find(table, name);
            Find(table, name);
        }

        using CancellationTokenSource stop = new();
        int lost = 0;
        Thread[] readers = [.. Enumerable.Range(0, 2).Select(_ => new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                for (int name = 0; name < 100; name++)
                {
                    CacheEntry? entry = Find(table, name);
                    if (entry is null || BinaryPrimitives.ReadInt32LittleEndian(entry.Data) != name)
                    {
                        Interlocked.Increment(ref lost);
                    }
                }
            }
        }))];
        foreach (Thread reader in readers)
        {
            reader.Start();
        }

        for (int i = 0; i < 30_000; i++)
        {
            Set(table, 1000 + i, 60);
            Set(table, i % 100, 60);
        }

        stop.Cancel();
        foreach (Thread reader in readers)
        {
            reader.Join();
        }

        Assert.Equal(0, lost);
    }

    [Fact]
    public void A_bucket_holds_no_more_than_its_bound_and_what_is_in_it_is_found()
    {
        const ulong hash = 42;
        CacheTable table = new(10_000);
        for (int number = 0; number < CacheShard.MostInBucket; number++)
        {
            Assert.Equal(0, table.Set(hash, NameOf(number), Question, CreateEntry(number, 60)));
        }

        Assert.Equal(CacheShard.BucketIsFull, table.Set(hash, NameOf(-1), Question, CreateEntry(-1, 60)));
        Assert.Null(table.Find(hash, NameOf(-1), Question, now: 0));
        Assert.Equal(CacheShard.MostInBucket, table.Count);
        Assert.All(Enumerable.Range(0, CacheShard.MostInBucket), number => Assert.NotNull(table.Find(hash, NameOf(number), Question, now: 0)));
        Assert.Equal(0, table.Set(hash, NameOf(7), Question, CreateEntry(7, 60)));
    }

    [Fact]
    public void An_empty_table_takes_hardly_any_memory()
    {
        CacheTable[] tables = new CacheTable[100];
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < tables.Length; i++)
        {
            tables[i] = new CacheTable(9984);
        }

        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / tables.Length, 0, 8 * 1024);
        Assert.Null(Find(tables[0], 1));
    }

    private static int Zipf(Random random, int count)
        => (int)Math.Min(count - 1, Math.Exp(random.NextDouble() * Math.Log(count)) - 1);

    private static byte[] NameOf(int number) => DomainName.Parse($"n{number}.example.");

    private static CacheEntry? Find(CacheTable table, int number)
    {
        byte[] name = NameOf(number);
        return table.Find(Question.Hash(DomainName.GetHashCode64(name)), name, Question, now: 0);
    }

    private static int Set(CacheTable table, int number, int size)
    {
        byte[] name = NameOf(number);
        return table.Set(Question.Hash(DomainName.GetHashCode64(name)), name, Question, CreateEntry(number, size));
    }

    private static CacheEntry CreateEntry(int number, int size)
    {
        byte[] data = new byte[Math.Max(4, size)];
        BinaryPrimitives.WriteInt32LittleEndian(data, number);
        return new CacheEntry
        {
            Data = data,
            AnswerCount = 0,
            AuthorityCount = 0,
            AdditionalCount = 0,
            Code = ResponseCode.NoError,
            RecursionAvailable = false,
            AuthenticData = false,
            TimeToLive = 60,
            StoredAt = 0,
            ExpiresAt = 60,
        };
    }
}
