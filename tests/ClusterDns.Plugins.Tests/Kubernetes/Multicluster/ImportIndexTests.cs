using ClusterDns.Plugins.Kubernetes.Index;
using ClusterDns.Plugins.Kubernetes.Objects;
using CsCheck;
using Microsoft.Extensions.Time.Testing;
using static ClusterDns.Plugins.Tests.Kubernetes.Index.ClusterObjectsKit;

namespace ClusterDns.Plugins.Tests.Kubernetes.Multicluster;

/// <summary>Imports in the index, beside the cluster's own Services.</summary>
public sealed class ImportIndexTests
{
    private const ClusterKinds All = ClusterKinds.Service | ClusterKinds.EndpointSlice | ClusterKinds.ServiceImport;

    private readonly FakeTimeProvider _time = new(DateTimeOffset.FromUnixTimeSeconds(1_000_000));
    private readonly ClusterIndex _index = new();
    private readonly ClusterIndexWriter _writer;

    public ImportIndexTests() => _writer = new ClusterIndexWriter(_index, _time, All);

    [Fact]
    public void A_slice_counts_for_what_its_labels_name()
    {
        _writer.Apply(Headless("web"));
        _writer.ApplyImport(Headless("web"));
        Assert.True(_writer.Apply(Slice("own", "web", "10.1.0.1=a")));
        Assert.False(_writer.Apply(Imported("imported", "", "web", "east", "10.1.0.2=a")));
        Assert.True(_writer.Apply(Imported("both", "derived", "web", "west", "10.1.0.3=a")));

        Assert.Equal("Headless : a.", Entry(_index, "web"));
        Assert.Equal("none: a.", Entry(_index, "derived"));
        Assert.Equal("Headless : a.east. a.west.", Import(_index, "web"));
        Assert.Equal("a.web.ns. -  - a.derived.ns.", $"{Owners(_index, "10.1.0.1")} - {Owners(_index, "10.1.0.2")} - {Owners(_index, "10.1.0.3")}");
        Assert.Equal(" - a.east.web.ns. - a.west.web.ns.", $"{ImportOwners(_index, "10.1.0.1")} - {ImportOwners(_index, "10.1.0.2")} - {ImportOwners(_index, "10.1.0.3")}");
    }

    [Fact]
    public void A_slice_that_loses_a_label_is_gone_where_that_named_it()
    {
        _writer.Apply(Imported("s", "derived", "web", "east", "10.1.0.1=a"));

        Assert.False(_writer.Apply(Imported("s", "derived", "", "east", "10.1.0.1=a")));
        Assert.Equal("none: a. - ", $"{Entry(_index, "derived")} - {Import(_index, "web")}");
        Assert.True(_writer.Apply(Imported("s", "", "web", "east", "10.1.0.1=a")));
        Assert.Equal(" - none: a.east.", $"{Entry(_index, "derived")} - {Import(_index, "web")}");
        _writer.Apply(Imported("s", "", "web", "west", "10.1.0.1=a"));
        Assert.Equal("none: a.west.", Import(_index, "web"));
        _writer.RemoveEndpointSlice(new ObjectKey("ns", "s"));
        Assert.Equal("", Import(_index, "web") + ImportOwners(_index, "10.1.0.1"));
    }

    [Fact]
    public void A_relist_of_either_kind_takes_out_what_was_not_heard_of()
    {
        _writer.Apply(Service("web", "10.0.0.1"));
        _writer.ApplyImport(Service("web", "10.0.1.1"));
        _writer.ApplyImport(Service("gone", "10.0.1.2"));
        _writer.Apply(Imported("s", "", "web", "east", "10.1.0.1=a"));
        _writer.Apply(Imported("gone", "", "web", "west", "10.1.0.2=a"));

        _writer.BeginRelist(ClusterKinds.ServiceImport);
        _writer.ApplyImport(Service("web", "10.0.1.1"));
        _writer.EndRelist(ClusterKinds.ServiceImport);
        Assert.Equal("ClusterIP 10.0.1.1: a.east. a.west.", Import(_index, "web"));
        Assert.Equal("", Import(_index, "gone") + ImportOwners(_index, "10.0.1.2"));
        Assert.Equal("ClusterIP 10.0.0.1: ", Entry(_index, "web"));

        _writer.BeginRelist(ClusterKinds.EndpointSlice);
        _writer.Apply(Imported("s", "", "web", "east", "10.1.0.1=a"));
        _writer.EndRelist(ClusterKinds.EndpointSlice);
        Assert.Equal("ClusterIP 10.0.1.1: a.east.", Import(_index, "web"));
        _writer.BeginRelist(ClusterKinds.Service);
        _writer.EndRelist(ClusterKinds.Service);
        Assert.Equal("", Entry(_index, "web"));
        Assert.Equal("ClusterIP 10.0.1.1: a.east.", Import(_index, "web"));
    }

    [Fact]
    public void The_index_is_synced_when_imports_are_known_or_done_without()
    {
        foreach (ClusterKinds kind in (ClusterKinds[])[ClusterKinds.Service, ClusterKinds.EndpointSlice])
        {
            _writer.BeginRelist(kind);
            _writer.EndRelist(kind);
        }

        Assert.False(_index.IsSynced);
        _writer.MarkUnavailable(ClusterKinds.ServiceImport);
        Assert.True(_index.IsSynced);
    }

    [Fact]
    public void The_serial_changes_with_what_is_imported_and_with_nothing_else()
    {
        _writer.ApplyImport(Service("web", "10.0.1.1"));
        _time.Advance(TimeSpan.FromSeconds(1));
        _writer.ApplyImport(Service("web", "10.0.1.1"));
        Assert.Equal(1_000_000u, _index.LastChange);
        _writer.Apply(Imported("s", "", "web", "east", "10.1.0.1=a"));
        Assert.Equal(1_000_001u, _index.LastChange);
        _time.Advance(TimeSpan.FromSeconds(1));
        _writer.Apply(Imported("s", "", "web", "east", "10.1.0.1=a"));
        _writer.RemoveImport(new ObjectKey("ns", "nosuch"));
        Assert.Equal(1_000_001u, _index.LastChange);
        _writer.RemoveImport(new ObjectKey("ns", "web"));
        Assert.Equal(1_000_002u, _index.LastChange);
        _time.Advance(TimeSpan.FromSeconds(1));
        _writer.RemoveEndpointSlice(new ObjectKey("ns", "s"));
        Assert.Equal(1_000_003u, _index.LastChange);
        _time.Advance(TimeSpan.FromSeconds(1));
        _writer.ApplyImport(Service("web", "10.0.1.1"));
        Assert.Equal(1_000_004u, _index.LastChange);
    }

    [Fact]
    public void Nothing_is_held_of_imports_that_nobody_asks_for()
    {
        ClusterIndexWriter writer = new(_index, _time, ClusterKinds.Service | ClusterKinds.EndpointSlice);
        writer.ApplyImport(Service("web", "10.0.1.1"));
        writer.Apply(Imported("s", "web", "web", "east", "10.1.0.1=a"));

        Assert.Equal(0, _index.Imports.Count + _index.ImportAddresses.Count);
        Assert.Equal("none: a.", Entry(_index, "web"));
        SliceEntry own = EntryBuilder.Create(Slice("s", "web", "10.1.0.1=a"));
        Assert.Equal(own.Data, Assert.Single(_index.FindService(EntryBuilder.CreateServiceKey("ns", "web"))!.Slices).Data);
    }

    [Fact]
    public void Any_endpoint_of_any_of_two_clusters_is_found_by_its_name()
    {
        string[] endpoints = [.. Enumerable.Range(0, 2000).Select(static number => $"10.{number >> 8}.{number & 255}.1=pod-{number}")];
        SliceEntry east = EntryBuilder.CreateImported(Imported("s", "", "big", "east", endpoints), endpointPodNames: false);
        for (int number = 0; number < endpoints.Length; number++)
        {
            int position = -1;
            Assert.Equal(number, east.FindByName([.. EntryBuilder.CreateLabel("pod-" + number), .. "\u0004east"u8], ref position));
            position = -1;
            Assert.Equal(-1, east.FindByName([.. EntryBuilder.CreateLabel("pod-" + number), .. "\u0004west"u8], ref position));
            position = -1;
            Assert.Equal(-1, east.FindByName(EntryBuilder.CreateLabel("pod-" + number), ref position));
        }

        Assert.True(east.IsOfCluster("\u0004east"u8));
        Assert.False(east.IsOfCluster("\u0004west"u8));
    }

    [Fact]
    public void After_any_changes_imports_are_what_they_would_be_had_only_the_last_state_been_told()
        => Gen.Select(Gen.Int[0, 3], Gen.Int[0, 2], Gen.Int[0, 3], Gen.Int[0, 3], Gen.Int[0, 7].Array[0, 4]).Array[0, 40].Sample(steps =>
        {
            ClusterIndex index = new();
            ClusterIndexWriter writer = new(index, _time, All);
            Dictionary<string, ServiceObject> imports = [];
            Dictionary<string, EndpointSliceObject> slices = [];
            foreach ((int operation, int which, int owner, int import, int[] addresses) in steps)
            {
                string name = "n" + which;
                switch (operation)
                {
                    case 0:
                        writer.ApplyImport(imports[name] = addresses.Length == 0
                            ? Headless(name)
                            : Service(name, [.. addresses.Select(static number => $"10.0.0.{number}")]));
                        break;
                    case 1:
                        writer.RemoveImport(new ObjectKey("ns", name));
                        imports.Remove(name);
                        break;
                    case 2:
                        writer.Apply(slices[name] = Imported(
                            name,
                            owner == 3 ? "" : "n" + owner,
                            import == 3 ? "" : "n" + import,
                            addresses.Length % 2 == 0 ? "east" : "west",
                            [.. addresses.Select(static number => $"10.1.0.{number}=h{number % 3}")]));
                        break;
                    default:
                        writer.RemoveEndpointSlice(new ObjectKey("ns", name));
                        slices.Remove(name);
                        break;
                }
            }

            ClusterIndex fresh = new();
            ClusterIndexWriter freshWriter = new(fresh, _time, All);
            imports.Values.ToList().ForEach(freshWriter.ApplyImport);
            slices.Values.ToList().ForEach(slice => freshWriter.Apply(slice));
            Assert.Equal(Describe(fresh), Describe(index));
        });

    private static string Describe(ClusterIndex index)
        => string.Join('\n', Enumerable.Range(0, 3).Select(number => $"{Entry(index, "n" + number)} | {Import(index, "n" + number)}")
            .Concat(Enumerable.Range(0, 8).Select(number
                => $"{ImportOwners(index, $"10.0.0.{number}")} | {ImportOwners(index, $"10.1.0.{number}")} | {Owners(index, $"10.1.0.{number}")}")));

    private static EndpointSliceObject Imported(string name, string service, string import, string cluster, params string[] endpoints)
        => Slice(name, service, endpoints) with { ImportName = import, SourceCluster = cluster };
}
