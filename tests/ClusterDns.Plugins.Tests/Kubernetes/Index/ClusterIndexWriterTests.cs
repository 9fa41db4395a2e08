using System.Net;
using ClusterDns.Plugins.Kubernetes.Index;
using ClusterDns.Plugins.Kubernetes.Objects;
using CsCheck;
using Microsoft.Extensions.Time.Testing;
using static ClusterDns.Plugins.Tests.Kubernetes.Index.ClusterObjectsKit;

namespace ClusterDns.Plugins.Tests.Kubernetes.Index;

public sealed class ClusterIndexWriterTests
{
    private const ClusterKinds All = ClusterKinds.Namespace | ClusterKinds.Service | ClusterKinds.EndpointSlice;

    private readonly FakeTimeProvider _time = new(DateTimeOffset.FromUnixTimeSeconds(1_000_000));
    private readonly ClusterIndex _index = new();
    private readonly ClusterIndexWriter _writer;

    public ClusterIndexWriterTests() => _writer = new ClusterIndexWriter(_index, _time, All);

    [Fact]
    public void A_service_is_found_by_its_name_and_its_addresses()
    {
        _writer.Apply(Service("web", "10.0.0.1", "fd00::1"));

        Assert.Equal("ClusterIP 10.0.0.1 fd00::1: ", Entry(_index, "web"));
        Assert.Equal("web.ns.", Owners(_index, "10.0.0.1"));
        Assert.Equal("web.ns.", Owners(_index, "fd00::1"));
    }

    [Fact]
    public void Endpoints_are_named_by_hostname_or_address_and_only_those_that_are_ready_are_there()
    {
        _writer.Apply(Headless("db"));
        _writer.Apply(Slice("db-1", "db", "10.1.0.1=db-0", "10.1.0.2", "fd00::2", "fd00:1::", "!10.1.0.3"));

        Assert.Equal("Headless : 10-1-0-2. db-0. fd00--2. fd00-1--0.", Entry(_index, "db"));
        Assert.Equal("", Owners(_index, "10.1.0.3"));
        Assert.Equal("db-0.db.ns.", Owners(_index, "10.1.0.1"));
    }

    [Fact]
    public void An_address_of_two_services_endpoints_belongs_to_both()
    {
        _writer.Apply(Slice("a", "one", "10.1.0.1=host"));
        _writer.Apply(Slice("b", "two", "10.1.0.1"));
        Assert.Equal("10-1-0-1.two.ns. host.one.ns.", Owners(_index, "10.1.0.1"));

        _writer.RemoveEndpointSlice(new ObjectKey("ns", "a"));
        Assert.Equal("10-1-0-1.two.ns.", Owners(_index, "10.1.0.1"));
    }

    [Fact]
    public void The_heap_is_collected_after_many_changes_but_not_while_objects_are_listed()
    {
        const int changes = (int)(ClusterIndexWriter.LeastGarbage / ClusterIndexWriter.GarbagePerChange);
        int collections = 0;
        ClusterIndexWriter writer = new(new ClusterIndex(), _time, ClusterKinds.Service) { Collect = () => collections++ };
        writer.BeginRelist(ClusterKinds.Service);
        Change(2 * changes);
        writer.EndRelist(ClusterKinds.Service);
        Assert.Equal(0, collections);

        Change(changes - 10);
        Assert.Equal(0, collections);

        Change(20);
        Assert.Equal(1, collections);

        Change(3 * changes);
        Assert.Equal(4, collections);

        void Change(int count)
        {
            for (int i = 0; i < count; i++)
            {
                writer.Apply(Service("web", $"10.0.{i / 2 % 256}.{i % 256}"));
            }
        }
    }

    [Fact]
    public void A_label_with_upper_case_is_no_name_of_a_service()
    {
        _writer.Apply(Headless("web"));
        _writer.Apply(Slice("s", "WEB", "10.1.0.1"));

        Assert.Equal("Headless : ", Entry(_index, "web"));
        Assert.Equal("10-1-0-1.WEB.ns.", Owners(_index, "10.1.0.1"));
    }

    [Theory]
    [InlineData("a", "b", "c")]
    [InlineData("c", "b", "a")]
    [InlineData("b", "c", "a")]
    public void Services_that_have_one_address_have_it_in_the_same_order_whichever_came_first(params string[] names)
    {
        Array.ForEach(names, name => _writer.Apply(Service(name, "10.0.0.1")));

        AddressOwners owners = _index.FindAddress(IPAddress.Parse("::ffff:10.0.0.1").GetAddressBytes())!;
        Assert.Equal("abc", string.Concat(owners.Services.Select(static key => (char)key[1])));
    }

    [Fact]
    public void A_slice_may_come_before_its_service_outlive_it_and_move_to_another()
    {
        _writer.Apply(Slice("s", "web", "10.1.0.1"));
        Assert.Equal("none: 10-1-0-1.", Entry(_index, "web"));

        _writer.Apply(Service("web", "10.0.0.1"));
        _writer.RemoveService(new ObjectKey("ns", "web"));
        Assert.Equal("none: 10-1-0-1.", Entry(_index, "web"));
        Assert.Equal("", Owners(_index, "10.0.0.1"));

        _writer.Apply(Slice("s", "other", "10.1.0.1"));
        Assert.Equal("", Entry(_index, "web"));
        Assert.Equal("none: 10-1-0-1.", Entry(_index, "other"));
        Assert.Equal("10-1-0-1.other.ns.", Owners(_index, "10.1.0.1"));
    }

    [Fact]
    public void A_relist_takes_out_what_was_not_heard_of_and_leaves_the_rest_untouched()
    {
        BeginRelists();
        Assert.False(_index.IsSynced);
        _writer.Apply(new NamespaceObject("ns"));
        _writer.Apply(new NamespaceObject("gone"));
        _writer.Apply(Service("web", "10.0.0.1"));
        _writer.Apply(Service("gone", "10.0.0.2"));
        _writer.Apply(Slice("s", "web", "10.1.0.1"));
        _writer.Apply(Slice("gone", "web", "10.1.0.2"));
        EndRelists();
        Assert.True(_index.IsSynced);
        ServiceEntry? before = _index.FindService(EntryBuilder.CreateServiceKey("ns", "gone"));
        Assert.NotNull(before);

        BeginRelists();
        _writer.Apply(new NamespaceObject("ns"));
        _writer.Apply(Service("web", "10.0.0.1"));
        _writer.Apply(Slice("s", "web", "10.1.0.1"));
        EndRelists();

        Assert.Equal("ClusterIP 10.0.0.1: 10-1-0-1.", Entry(_index, "web"));
        Assert.Equal("", Entry(_index, "gone"));
        Assert.Equal("", Owners(_index, "10.0.0.2") + Owners(_index, "10.1.0.2"));
        Assert.True(_index.HasNamespace("\u0002ns"u8));
        Assert.False(_index.HasNamespace("\u0004gone"u8));
    }

    [Fact]
    public void A_relist_of_one_kind_leaves_the_others_alone_and_all_kinds_make_it_synced()
    {
        foreach (ClusterKinds kind in (ClusterKinds[])[ClusterKinds.Namespace, ClusterKinds.Service, ClusterKinds.EndpointSlice])
        {
            Assert.False(_index.IsSynced);
            _writer.BeginRelist(kind);
            _writer.Apply(new NamespaceObject("ns"));
            _writer.Apply(Service("web", "10.0.0.1"));
            _writer.Apply(Slice("s", "web", "10.1.0.1"));
            _writer.EndRelist(kind);
        }

        Assert.True(_index.IsSynced);
        _writer.BeginRelist(ClusterKinds.EndpointSlice);
        _writer.EndRelist(ClusterKinds.EndpointSlice);
        Assert.Equal("ClusterIP 10.0.0.1: ", Entry(_index, "web"));
        Assert.True(_index.HasNamespace("\u0002ns"u8));
    }

    [Fact]
    public void Where_namespaces_cannot_be_had_any_may_exist_until_they_are_listed()
    {
        _writer.MarkUnavailable(ClusterKinds.Namespace);
        Assert.True(_index.HasNamespace("\u0002ns"u8));
        _writer.BeginRelist(ClusterKinds.Service);
        _writer.EndRelist(ClusterKinds.Service);
        _writer.BeginRelist(ClusterKinds.EndpointSlice);
        _writer.EndRelist(ClusterKinds.EndpointSlice);
        Assert.True(_index.IsSynced);

        _writer.BeginRelist(ClusterKinds.Namespace);
        _writer.EndRelist(ClusterKinds.Namespace);
        Assert.False(_index.HasNamespace("\u0002ns"u8));
    }

    [Fact]
    public void Pods_are_kept_by_their_primary_addresses_and_awaited_where_they_are_kept()
    {
        ClusterIndexWriter writer = new(_index, _time, ClusterKinds.Pod);
        writer.BeginRelist(ClusterKinds.Pod);
        writer.Apply(Pod("a", "10.1.0.1"));
        writer.Apply(Pod("b", "10.1.0.1"));
        writer.Apply(Pod("c", "fd00::2"));
        writer.Apply(Pod("pending"));
        Assert.False(_index.IsSynced);
        writer.EndRelist(ClusterKinds.Pod);
        Assert.True(_index.IsSynced);
        Assert.Equal((2, 0, 1), (CountPods("10.1.0.1"), CountPods("fd00::1"), CountPods("fd00::2")));

        _time.Advance(TimeSpan.FromSeconds(10));
        writer.BeginRelist(ClusterKinds.Pod);
        writer.Apply(Pod("a", "10.1.0.1"));
        writer.Apply(Pod("b", "10.1.0.1"));
        writer.Apply(Pod("c", "fd00::2"));
        writer.EndRelist(ClusterKinds.Pod);
        writer.RemovePod(new ObjectKey("ns", "nosuch"));
        Assert.Equal(1_000_000u, _index.LastChange);

        writer.Apply(Pod("a"));
        writer.RemovePod(new ObjectKey("ns", "c"));
        Assert.Equal((1, 0, 1_000_010u), (CountPods("10.1.0.1"), CountPods("fd00::2"), _index.LastChange));

        _time.Advance(TimeSpan.FromSeconds(10));
        writer.BeginRelist(ClusterKinds.Pod);
        writer.EndRelist(ClusterKinds.Pod);
        Assert.Equal((0, 1_000_020u), (CountPods("10.1.0.1"), _index.LastChange));
    }

    [Fact]
    public void A_change_of_an_endpoints_topology_zone_is_a_change()
    {
        EndpointSliceObject slice = Slice("s", "web", "10.1.0.1", "10.1.0.2");
        EndpointObject[] inZone = [.. slice.Endpoints.Select(static endpoint => endpoint with { Zone = "a" })];
        _writer.Apply(slice with { Endpoints = inZone });
        _time.Advance(TimeSpan.FromSeconds(10));
        _writer.Apply(slice with { Endpoints = [inZone[0], slice.Endpoints[1]] });
        Assert.Equal(1_000_010u, _index.LastChange);
    }

    [Fact]
    public async Task Several_threads_may_write()
    {
        await Task.WhenAll(Enumerable.Range(0, 4).Select(thread => Task.Run(() =>
        {
            for (int i = 0; i < 500; i++)
            {
                _writer.Apply(Service($"web-{thread}-{i}", $"10.0.{thread}.{i % 250}"));
                _writer.Apply(Slice($"s-{thread}-{i}", $"web-{thread}-{i}", $"10.1.{thread}.{i % 250}"));
            }
        })));
        for (int thread = 0; thread < 4; thread++)
        {
            Assert.Equal($"ClusterIP 10.0.{thread}.249: 10-1-{thread}-249.", Entry(_index, $"web-{thread}-499"));
            Assert.Equal($"web-{thread}-0.ns. web-{thread}-250.ns.", Owners(_index, $"10.0.{thread}.0"));
        }
    }

    [Fact]
    public void The_serial_is_the_time_of_the_last_change_and_hearing_the_same_again_is_none()
    {
        BeginRelists();
        _writer.Apply(Service("web", "10.0.0.1"));
        _writer.Apply(Slice("s", "web", "10.1.0.1"));
        EndRelists();
        Assert.Equal(1_000_000u, _index.LastChange);

        _time.Advance(TimeSpan.FromSeconds(10));
        BeginRelists();
        _writer.Apply(Service("web", "10.0.0.1"));
        _writer.Apply(Slice("s", "web", "10.1.0.1"));
        EndRelists();
        Assert.Equal(1_000_000u, _index.LastChange);

        _writer.RemoveService(new ObjectKey("ns", "nosuch"));
        _writer.RemoveNamespace("nosuch");
        Assert.Equal(1_000_000u, _index.LastChange);

        _writer.Apply(Slice("s", "web", "10.1.0.2"));
        Assert.Equal(1_000_010u, _index.LastChange);
    }

    [Fact]
    public void After_any_changes_the_index_is_what_it_would_be_had_only_the_last_state_been_told()
        => Gen.Select(Gen.Int[0, 3], Gen.Int[0, 2], Gen.Int[0, 2], Gen.Int[0, 7].Array[0, 4]).Array[0, 40].Sample(steps =>
        {
            ClusterIndex index = new();
            ClusterIndexWriter writer = new(index, _time, All);
            Dictionary<string, ServiceObject> services = [];
            Dictionary<string, EndpointSliceObject> slices = [];
            foreach ((int operation, int which, int owner, int[] addresses) in steps)
            {
                string name = "n" + which;
                string[] endpoints = [.. addresses.Select(static number => number % 2 == 0 ? $"10.1.0.{number}" : $"fd00::{number}=h{number % 3}")];
                switch (operation)
                {
                    case 0:
                        writer.Apply(services[name] = addresses.Length == 0
                            ? Headless(name)
                            : Service(name, [.. addresses.Select(static number => $"10.0.0.{number}")]));
                        break;
                    case 1:
                        writer.RemoveService(new ObjectKey("ns", name));
                        services.Remove(name);
                        break;
                    case 2:
                        writer.Apply(slices[name] = Slice(name, "n" + owner, endpoints));
                        break;
                    default:
                        writer.RemoveEndpointSlice(new ObjectKey("ns", name));
                        slices.Remove(name);
                        break;
                }
            }

            ClusterIndex fresh = new();
            ClusterIndexWriter freshWriter = new(fresh, _time, All);
            services.Values.ToList().ForEach(freshWriter.Apply);
            slices.Values.ToList().ForEach(slice => freshWriter.Apply(slice));
            Assert.Equal(Describe(fresh), Describe(index));
        });

    [Fact]
    public async Task An_address_that_stays_is_never_missing_while_its_slice_and_service_change()
    {
        _writer.Apply(Service("web", "10.0.0.1", "10.0.0.2"));
        _writer.Apply(Slice("s", "web", "10.1.0.1", "10.1.0.2"));
        using CancellationTokenSource done = new();
        Task<int> reader = Task.Run(() =>
        {
            int missing = 0;
            while (!done.IsCancellationRequested)
            {
                missing += Owners(_index, "10.0.0.1").Length == 0 || Owners(_index, "10.1.0.1").Length == 0 || Entry(_index, "web").Length == 0 ? 1 : 0;
            }

            return missing;
        });
        for (int round = 0; round < 5000; round++)
        {
            _writer.Apply(Service("web", "10.0.0.1", $"10.0.1.{round % 250}"));
            _writer.Apply(Slice("s", "web", "10.1.0.1", $"10.1.1.{round % 250}"));
        }

        await done.CancelAsync();
        Assert.Equal(0, await reader);
    }

    [Fact]
    public void Any_of_ten_thousand_endpoints_is_found_by_its_name()
    {
        string[] endpoints = [.. Enumerable.Range(0, 10_000).Select(static number => $"10.{number >> 8}.{number & 255}.1=pod-{number}")];
        SliceEntry slice = EntryBuilder.Create(Slice("s", "big", endpoints));
        for (int number = 0; number < endpoints.Length; number++)
        {
            int position = -1;
            Assert.Equal(number, slice.FindByName(EntryBuilder.CreateLabel("pod-" + number), ref position));
            Assert.Equal(-1, slice.FindByName(EntryBuilder.CreateLabel("pod-" + number), ref position));
        }
    }

    private int CountPods(string address) => _index.CountPods("\u0002ns"u8, System.Net.IPAddress.Parse(address).GetAddressBytes());

    private void BeginRelists()
    {
        _writer.BeginRelist(ClusterKinds.Namespace);
        _writer.BeginRelist(ClusterKinds.Service);
        _writer.BeginRelist(ClusterKinds.EndpointSlice);
    }

    private void EndRelists()
    {
        _writer.EndRelist(ClusterKinds.Namespace);
        _writer.EndRelist(ClusterKinds.Service);
        _writer.EndRelist(ClusterKinds.EndpointSlice);
    }

    private static string Describe(ClusterIndex index)
        => string.Join('\n', Enumerable.Range(0, 3).Select(number => Entry(index, "n" + number))
            .Concat(Enumerable.Range(0, 8).Select(number => $"{Owners(index, $"10.0.0.{number}")} | {Owners(index, $"10.1.0.{number}")} | {Owners(index, $"fd00::{number}")}")));
}
