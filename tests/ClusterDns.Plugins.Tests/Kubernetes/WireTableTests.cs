using System.Buffers.Binary;
using ClusterDns.Plugins.Kubernetes.Index;
using CsCheck;

namespace ClusterDns.Plugins.Tests.Kubernetes;

public sealed class WireTableTests
{
    [Fact]
    public void It_holds_what_a_dictionary_holds()
        => Gen.Select(Gen.Int[0, 60], Gen.Bool).Array[0, 400].Sample(static changes =>
        {
            WireTable<NamespaceEntry> table = new();
            Dictionary<int, NamespaceEntry> expected = [];
            foreach ((int key, bool isSet) in changes)
            {
                if (isSet)
                {
                    table.Set(expected[key] = new NamespaceEntry(Key(key)));
                }
                else
                {
                    expected.Remove(key);
                    table.Remove(Key(key));
                }
            }

            return table.Count == expected.Count
                && Enumerable.Range(0, 61).All(key => ReferenceEquals(table.Find(Key(key)), expected.GetValueOrDefault(key)))
                && table.Entries.Count() == expected.Count;
        });

    [Fact]
    public async Task A_reader_never_misses_what_is_there_throughout()
    {
        WireTable<NamespaceEntry> table = new();
        for (int i = 0; i < 100; i++)
        {
            table.Set(new NamespaceEntry(Key(i)));
        }

        using CancellationTokenSource done = new();
        Task<int> reader = Task.Run(() =>
        {
            int missed = 0;
            while (!done.IsCancellationRequested)
            {
                for (int i = 0; i < 100; i++)
                {
                    missed += table.Find(Key(i)) is null ? 1 : 0;
                }
            }

            return missed;
        });
        for (int round = 0; round < 200; round++)
        {
            for (int i = 100; i < 1000; i++)
            {
                table.Set(new NamespaceEntry(Key((round * 1000) + i)));
            }

            for (int i = 100; i < 1000; i++)
            {
                table.Remove(Key((round * 1000) + i));
            }
        }

        await done.CancelAsync();
        Assert.Equal(0, await reader);
        Assert.Equal(100, table.Count);
        Assert.InRange(table.Capacity, 128, 8192);
    }

    private static byte[] Key(int number)
    {
        byte[] key = new byte[10];
        BinaryPrimitives.WriteInt32BigEndian(key, number);
        return key;
    }
}
