using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using ClusterDns.Plugins.Kubernetes.Index;
using ClusterDns.Plugins.Kubernetes.Objects;
using ClusterDns.TestKit;
using CsCheck;

namespace ClusterDns.Plugins.Tests.Kubernetes.Index;

public sealed class PodTableTests
{
    [Fact]
    public void It_holds_what_a_dictionary_would_hold()
        => Gen.Select(Gen.Int[0, 4], Gen.Int[0, 40], Gen.Int[0, 12]).Array[0, 400].Sample(steps =>
        {
            PodTable table = new();
            Dictionary<int, int> model = [];
            HashSet<int> heard = [];
            foreach ((int operation, int pod, int address) in steps)
            {
                switch (operation)
                {
                    case 0:
                        Assert.Equal(model.Remove(pod), table.Remove(Name(pod)));
                        break;
                    case 1 when pod == 0:
                        table.BeginRelist();
                        heard.Clear();
                        break;
                    case 1 when pod == 1:
                        int[] gone = [.. model.Keys.Where(known => !heard.Contains(known))];
                        Assert.Equal(gone.Length > 0, table.EndRelist());
                        Array.ForEach(gone, known => model.Remove(known));
                        break;
                    default:
                        bool isNew = !model.TryGetValue(pod, out int before) || before != address;
                        model[pod] = address;
                        heard.Add(pod);
                        Assert.Equal(isNew, table.Set(Name(pod), Address(address)));
                        break;
                }

                Assert.Equal(model.Count, table.Pods);
            }

            for (int address = 0; address <= 12; address++)
            {
                for (int space = 0; space < 3; space++)
                {
                    Assert.Equal(
                        model.Count(pod => pod.Value == address && pod.Key % 3 == space),
                        table.Count(EntryBuilder.CreateLabel(Namespace(space)), Address(address)));
                }

                string? first = model.Where(pod => pod.Value == address).Select(static pod => Convert.ToHexString(Name(pod.Key))).Order(StringComparer.Ordinal).FirstOrDefault();
                Assert.Equal(first, table.TryFind(Address(address), out PodRecord found) ? Convert.ToHexString(found.Name) : null);
            }
        });

    [Fact]
    public void A_hundred_and_fifty_thousand_pods_take_some_sixty_bytes_each()
    {
        const int pods = 150_000;
        PodTable table = new();
        for (int pod = 0; pod < pods; pod++)
        {
            table.Set(EntryBuilder.CreatePodName(new ObjectKey("team-" + (pod % 100), $"frontend-5d4f9c7b6-{pod:x5}")), Address(pod));
        }

        Assert.Equal(pods, table.Pods);
        Assert.InRange(table.Bytes, 1, 64L * pods);
        for (int pod = 0; pod < pods; pod++)
        {
            Assert.Equal(1, table.Count(EntryBuilder.CreateLabel("team-" + (pod % 100)), Address(pod)));
            Assert.True(table.TryFind(Address(pod), out PodRecord found));
            Assert.True(found.NamespaceLabel.SequenceEqual(EntryBuilder.CreateLabel("team-" + (pod % 100))));
            Assert.Equal($"frontend-5d4f9c7b6-{pod:x5}", Encoding.UTF8.GetString(found.ShortName));
        }

        Assert.False(table.TryFind(Address(pods), out _));
    }

    [Fact]
    public void Labels_stay_with_their_pod_and_are_no_change_of_its_address()
    {
        PodTable table = new();
        for (int pod = 0; pod < 2000; pod++)
        {
            Assert.True(table.Set(Name(pod), Address(pod), pod % 3 == 0 ? default : PodLabels.Create([KeyValuePair.Create("app", $"web-{pod}")])));
        }

        table.BeginRelist();
        for (int pod = 0; pod < 2000; pod++)
        {
            Assert.False(table.Set(Name(pod), Address(pod), PodLabels.Create([KeyValuePair.Create("app", $"shop-{pod}"), KeyValuePair.Create("tier", "")])));
        }

        Assert.False(table.EndRelist());
        for (int pod = 0; pod < 2000; pod++)
        {
            Assert.True(table.TryFind(Address(pod), out PodRecord found));
            Assert.Equal($"shop-{pod}", PodLabels.Find(found.Labels, "app"));
            Assert.Equal("", PodLabels.Find(found.Labels, "tier"));
            Assert.Null(PodLabels.Find(found.Labels, "ap"));
        }

        table.BeginRelist();
        Assert.False(table.Set(Name(0), Address(0)));
        Assert.True(table.EndRelist());
        Assert.Equal(1, table.Pods);
        Assert.True(table.TryFind(Address(0), out PodRecord bare));
        Assert.True(bare.Labels.IsEmpty);
    }

    [Fact]
    public void Labels_beyond_the_bound_are_left_out()
    {
        KeyValuePair<string, string>[] labels = [.. Enumerable.Range(0, 1000).Select(static number => KeyValuePair.Create($"label-{number}", new string('x', 63)))];
        byte[] kept = PodLabels.Create([.. labels, KeyValuePair.Create("a", "b")]);

        Assert.InRange(kept.Length, PodLabels.MaxLength - 80, PodLabels.MaxLength);
        Assert.Equal(new string('x', 63), PodLabels.Find(kept, "label-0"));
        Assert.Null(PodLabels.Find(kept, "label-999"));
        Assert.True(new PodTable().Set(Name(0), Address(0), kept));
    }

    [Fact]
    public void Finding_a_pod_allocates_nothing()
    {
        PodTable table = new();
        table.Set(Name(0), Address(0));
        table.Set(Name(1), Address(0));
        byte[] address = Address(0);
        bool isFound = true;

        Assert.Equal(0, Allocations.Count(() => isFound &= table.TryFind(address, out _)));
        Assert.True(isFound);
    }

    [Fact]
    public void Coming_and_going_takes_no_more_room_than_what_stays()
    {
        PodTable table = new();
        for (int pod = 0; pod < 100_000; pod++)
        {
            table.Set(Name(pod), Address(pod));
            table.Set(Name(pod), Address(pod + 1));
            table.Remove(Name(pod));
        }

        Assert.Equal(0, table.Pods);
        Assert.InRange(table.Bytes, 0, 200_000);
    }

    [Fact]
    public async Task A_reader_finds_what_is_there_throughout_while_the_writer_grows_and_shrinks_the_rest()
    {
        const int kept = 100;
        PodTable table = new();
        for (int pod = 0; pod < kept; pod++)
        {
            table.Set(Name(pod), Address(pod));
        }

        using CancellationTokenSource done = new();
        Task<int> reader = Task.Run(() =>
        {
            int missing = 0;
            for (int pod = 0; !done.IsCancellationRequested; pod = (pod + 1) % kept)
            {
                missing += table.Count(EntryBuilder.CreateLabel(Namespace(pod % 3)), Address(pod)) == 1 ? 0 : 1;
                missing += table.TryFind(Address(pod), out PodRecord found) && found.Name.SequenceEqual(Name(pod)) ? 0 : 1;
            }

            return missing;
        });
        for (int round = 0; round < 20; round++)
        {
            for (int pod = kept; pod < 5000; pod++)
            {
                table.Set(Name(pod), Address(pod));
            }

            table.BeginRelist();
            for (int pod = 0; pod < kept; pod++)
            {
                table.Set(Name(pod), Address(pod));
            }

            table.EndRelist();
        }

        await done.CancelAsync();
        Assert.Equal(0, await reader);
        Assert.Equal(kept, table.Pods);
    }

    [Fact]
    public async Task A_reader_finds_an_address_that_is_handed_on()
    {
        const int first = 0;
        const int second = 3;
        PodTable table = new();
        table.Set(Name(first), Address(0));
        using CancellationTokenSource done = new();
        Task<int> reader = Task.Run(() =>
        {
            int missing = 0;
            while (!done.IsCancellationRequested)
            {
                missing += table.Count(EntryBuilder.CreateLabel(Namespace(0)), Address(0)) == 0 ? 1 : 0;
            }

            return missing;
        });
        for (int round = 0; round < 200_000; round++)
        {
            table.Set(Name(second), Address(0));
            table.Remove(Name(first));
            table.Set(Name(first), Address(0));
            table.Remove(Name(second));
        }

        await done.CancelAsync();
        Assert.Equal(0, await reader);
    }

    [Fact]
    public async Task A_reader_finds_the_same_pod_of_a_host_while_its_labels_change()
    {
        const int others = 100;
        PodTable table = new();
        byte[] address = Address(0);
        byte[] name = Name(0);
        byte[][] labels = [PodLabels.Create([KeyValuePair.Create("app", "web")]), PodLabels.Create([KeyValuePair.Create("app", "shop")])];
        for (int pod = 0; pod <= others; pod++)
        {
            table.Set(Name(3 * pod), address, labels[0]);
        }

        using CancellationTokenSource done = new();
        Task<int> reader = Task.Run(() =>
        {
            int missing = 0;
            while (!done.IsCancellationRequested)
            {
                missing += table.TryFind(address, out PodRecord found) && found.Name.SequenceEqual(name) ? 0 : 1;
            }

            return missing;
        });
        for (int round = 0; round < 200_000; round++)
        {
            table.Set(name, address, labels[round % 2]);
        }

        await done.CancelAsync();
        Assert.Equal(0, await reader);
    }

    [Fact]
    public void A_pod_that_comes_and_goes_leaves_no_trail_to_walk_over()
    {
        PodStore store = new(100_000, 10_000_000);
        for (int round = 0; round < 1000; round++)
        {
            store.Add(Name(1), Address(1), []);
            store.Remove(round * PodRecord.GetLength(Name(1), Address(1), []) + 1);
        }

        Assert.Equal(0, store.Count);
        Assert.Single(store.ByName, PodProbe.Removed);
        Assert.Single(store.ByAddress, PodProbe.Removed);
    }

    private static string Namespace(int number) => new('n', number + 1);

    private static byte[] Name(int pod)
        => EntryBuilder.CreatePodName(new ObjectKey(Namespace(pod % 3), "pod-" + pod.ToString(CultureInfo.InvariantCulture)));

    /// <summary>IPv4 for even numbers, IPv6 for odd ones.</summary>
    private static byte[] Address(int number)
    {
        byte[] address = new byte[number % 2 == 0 ? 4 : 16];
        BinaryPrimitives.WriteInt32BigEndian(address.AsSpan(address.Length - sizeof(int)), number);
        return address;
    }
}
