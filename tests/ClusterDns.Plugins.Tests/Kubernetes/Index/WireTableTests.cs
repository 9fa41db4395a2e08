using System.Buffers.Binary;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Kubernetes.Index;
using CsCheck;

namespace ClusterDns.Plugins.Tests.Kubernetes.Index;

public sealed class WireTableTests
{
    [Fact]
    public void It_holds_what_a_dictionary_would_hold()
        => Gen.Select(Gen.Byte, Gen.Bool).Array[0, 400].Sample(steps =>
        {
            WireTable<Item> table = new();
            Dictionary<byte, Item> model = [];
            foreach ((byte number, bool isThere) in steps)
            {
                byte[] key = CreateKey(number % 64);
                if (isThere)
                {
                    table.Set(model[(byte)(number % 64)] = new Item(key));
                }
                else
                {
                    table.Remove(key);
                    model.Remove((byte)(number % 64));
                }

                Assert.Equal(model.Count, table.Count);
            }

            for (byte number = 0; number < 64; number++)
            {
                Assert.Same(model.GetValueOrDefault(number), table.Find(CreateKey(number)));
            }

            Assert.Equal(model.Values.ToHashSet(), [.. table.Entries]);
        });

    [Fact]
    public void A_slow_reader_gets_each_entry_as_it_is_by_then()
    {
        const int count = 10;
        WireTable<Item> table = new();
        for (int number = 0; number < count; number++)
        {
            table.Set(new Item(CreateKey(number)));
        }

        using IEnumerator<Item> reader = table.Read().GetEnumerator();
        Assert.True(reader.MoveNext());
        Item[] others = [.. table.Entries.Where(entry => entry != reader.Current)];
        table.Remove(others[0].Key);
        Item replacement = new(others[1].Source);
        table.Set(replacement);
        for (int number = count; number < 1000; number++)
        {
            table.Set(new Item(CreateKey(number)));
        }

        List<Item> rest = [];
        while (reader.MoveNext())
        {
            rest.Add(reader.Current);
        }

        Assert.DoesNotContain(others[0], rest);
        Assert.DoesNotContain(others[1], rest);
        Assert.Contains(replacement, rest);
        Assert.All(others[2..], entry => Assert.Contains(entry, rest));
    }

    [Fact]
    public void Coming_and_going_takes_no_more_room_than_what_stays()
    {
        WireTable<Item> table = new();
        for (int number = 0; number < 100_000; number++)
        {
            table.Set(new Item(CreateKey(number)));
            table.Remove(CreateKey(number));
        }

        Assert.Equal(0, table.Count);
        Assert.InRange(table.Capacity, 1, 64);
        Assert.InRange(table.ByteCapacity, 1, 1024);
    }

    [Fact]
    public void Changing_what_follows_a_key_takes_no_more_room_than_what_is_there()
    {
        WireTable<Item> table = new();
        for (int number = 0; number < 100_000; number++)
        {
            table.Set(new Item([.. CreateKey(number % 10), .. CreateKey(number)], sizeof(int)));
        }

        Assert.Equal(10, table.Count);
        Assert.InRange(table.Capacity, 1, 64);
        Assert.InRange(table.ByteCapacity, 1, 1024);
        for (int number = 0; number < 10; number++)
        {
            Assert.True(table.TryLocate(CreateKey(number), out WireTable<Item>.Place place));
            Assert.Equal<byte>([.. CreateKey(number), .. CreateKey(99_990 + number)], place.Source);
        }
    }

    [Fact]
    public void What_was_found_keeps_its_bytes_while_entries_change_and_go()
    {
        WireTable<Item> table = new();
        byte[] source = [.. CreateKey(1), 42];
        table.Set(new Item(source, sizeof(int)));
        Assert.True(table.TryLocate(CreateKey(1), out WireTable<Item>.Place place));

        table.Remove(CreateKey(1));
        for (int number = 2; number < 1000; number++)
        {
            table.Set(new Item(CreateKey(number)));
        }

        Assert.Equal<byte>(source, place.Source);
        Assert.Null(place.GetEntry(CreateKey(1)));
        Assert.False(table.TryLocate(CreateKey(1), out _));
    }

    [Fact]
    public void A_key_that_another_begins_with_is_another_key()
    {
        WireTable<Item> table = new();
        table.Set(new Item([1, 2]));
        table.Set(new Item([1, 2, 3], keyLength: 1));

        Assert.Equal(2, table.Find([1, 2])!.KeyLength);
        Assert.Equal(1, table.Find([1])!.KeyLength);
        Assert.Null(table.Find([1, 2, 3]));
    }

    [Fact]
    public async Task A_reader_finds_what_is_there_throughout_while_the_writer_grows_and_shrinks_the_rest()
    {
        const int kept = 200;
        WireTable<Item> table = new();
        for (int number = 0; number < kept; number++)
        {
            table.Set(new Item(CreateKey(number)));
        }

        using CancellationTokenSource done = new();
        Task<int> reader = Task.Run(() =>
        {
            int missing = 0;
            while (!done.IsCancellationRequested)
            {
                for (int number = 0; number < kept; number++)
                {
                    missing += table.Find(CreateKey(number)) is null ? 1 : 0;
                }
            }

            return missing;
        });
        for (int round = 0; round < 20; round++)
        {
            for (int number = kept; number < 5000; number++)
            {
                table.Set(new Item(CreateKey(number)));
                table.Set(new Item(CreateKey(number % kept)));
            }

            for (int number = kept; number < 5000; number++)
            {
                table.Remove(CreateKey(number));
            }
        }

        await done.CancelAsync();
        Assert.Equal(0, await reader);
    }

    [Fact]
    public void Keys_that_differ_in_one_byte_or_in_length_have_different_hashes()
    {
        HashSet<ulong> hashes = [];
        byte[] key = new byte[40];
        for (int length = 0; length <= key.Length; length++)
        {
            Assert.True(hashes.Add(KeyedHash.Of(key.AsSpan(0, length))));
        }

        for (int position = 0; position < key.Length; position++)
        {
            key[position] = 1;
            Assert.True(hashes.Add(KeyedHash.Of(key)));
            key[position] = 0;
        }
    }

    private static byte[] CreateKey(int number)
    {
        byte[] key = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(key, number);
        return key;
    }

    private sealed class Item(byte[] source, int keyLength) : WireTableEntry(source, keyLength)
    {
        public Item(byte[] key)
            : this(key, key.Length)
        {
        }
    }
}
