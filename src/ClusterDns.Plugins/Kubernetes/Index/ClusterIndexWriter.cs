using ClusterDns.Core.Memory;
using ClusterDns.Plugins.Kubernetes.Objects;

namespace ClusterDns.Plugins.Kubernetes.Index;

/// <summary>
/// Keeps an index in step with a cluster's objects. A change costs what changed, not what exists. Any thread may call, and waits for
/// the one that writes.
/// </summary>
/// <param name="index">The index.</param>
/// <param name="timeProvider">The clock of the serial.</param>
/// <param name="kinds">The kinds that are fed: the index is synced when each has been listed once.</param>
/// <param name="endpointPodNames">Whether endpoints without a hostname are named after their Pods.</param>
/// <param name="memory">The share of the memory budget that the index is counted in; null for none.</param>
internal sealed class ClusterIndexWriter(
    ClusterIndex index, TimeProvider timeProvider, ClusterKinds kinds, bool endpointPodNames = false, MemoryShare? memory = null)
{
    /// <summary>What a change leaves behind that the collector takes for long-lived, in bytes: measured with slices of ten endpoints.</summary>
    internal const int GarbagePerChange = 2560;

    /// <summary>How much of that is not worth a collection, in bytes.</summary>
    internal const long LeastGarbage = 2 * 1024 * 1024;

    private const int GarbagePart = 32;

    private readonly Lock _lock = new();
    private readonly ServiceSet _services = new(index.Services, index.Addresses, index.ExternalAddresses);
    private readonly ServiceSet? _imports =
        kinds.HasFlag(ClusterKinds.ServiceImport) ? new ServiceSet(index.Imports, index.ImportAddresses) : null;

    private readonly ClusterMemory _memory = new(memory);
    private ClusterKinds _awaited = kinds;
    private ClusterKinds _listing;
    private int _namespaceGeneration;
    private bool _isAheadOfClock;
    private int _changes;

    /// <summary>Whether the labels of Pods are kept.</summary>
    public bool KeepsPodLabels { get; init; }

    /// <summary>Has the heap collected in the background.</summary>
    internal Action Collect { get; init; } = static () => MemoryReturn.Request(MemoryReturn.LeastBytes);

    /// <summary>Begins to hear of everything that there is of one kind.</summary>
    /// <param name="kind">The kind.</param>
    public void BeginRelist(ClusterKinds kind)
    {
        lock (_lock)
        {
            _listing |= kind;
            switch (kind)
            {
                case ClusterKinds.Namespace:
                    _namespaceGeneration++;
                    break;
                case ClusterKinds.Service:
                    _services.BeginServices();
                    break;
                case ClusterKinds.EndpointSlice:
                    _services.BeginSlices();
                    _imports?.BeginSlices();
                    break;
                case ClusterKinds.Pod:
                    index.Pods.BeginRelist();
                    break;
                case ClusterKinds.ServiceImport:
                    _imports?.BeginServices();
                    break;
                default:
                    throw new ArgumentOutOfRangeException(nameof(kind), kind, "not a single kind");
            }
        }
    }

    /// <summary>
    /// Takes out what of a kind was not heard of since <see cref="BeginRelist"/>; what was heard of again has not changed by that.
    /// </summary>
    /// <param name="kind">The kind.</param>
    public void EndRelist(ClusterKinds kind)
    {
        lock (_lock)
        {
            switch (kind)
            {
                case ClusterKinds.Namespace:
                    SweepNamespaces();
                    index.NamespacesAreKnown = true;
                    break;
                case ClusterKinds.Service:
                    Touch(_services.SweepServices());
                    break;
                case ClusterKinds.EndpointSlice:
                    Touch(_services.SweepSlices() | _imports?.SweepSlices() is true);
                    break;
                case ClusterKinds.Pod:
                    Touch(index.Pods.EndRelist());
                    break;
                case ClusterKinds.ServiceImport:
                    Touch(_imports?.SweepServices() is true);
                    break;
            }

            _listing &= ~kind;
            Arrive(kind);
            CountMemory();
        }

        if (kind is ClusterKinds.EndpointSlice or ClusterKinds.Pod)
        {
            // The largest lists leave most behind: what was read, and entries that were replaced.
            MemoryReturn.Request(_services.Bytes + index.Pods.Bytes);
        }
    }

    /// <summary>Counts nothing any more: nobody reads the index.</summary>
    public void EndCounting()
    {
        lock (_lock)
        {
            _memory.Set(0, isListing: false);
        }
    }

    /// <summary>A kind cannot be had for now: the index does not wait for it, and answers as well as it can without.</summary>
    /// <param name="kind">The kind.</param>
    public void MarkUnavailable(ClusterKinds kind)
    {
        lock (_lock)
        {
            if (kind == ClusterKinds.Namespace)
            {
                index.NamespacesAreKnown = false;
            }

            Arrive(kind);
        }
    }

    /// <summary>A namespace is there.</summary>
    /// <param name="namespaceObject">The namespace.</param>
    public void Apply(NamespaceObject namespaceObject)
    {
        byte[] key = EntryBuilder.CreateLabel(namespaceObject.Name);
        lock (_lock)
        {
            if (index.Namespaces.Find(key) is { } entry)
            {
                entry.Generation = _namespaceGeneration;
                return;
            }

            index.Namespaces.Set(new NamespaceEntry(key) { Generation = _namespaceGeneration });
            Touch();
        }
    }

    /// <summary>A Service is there, new or changed.</summary>
    /// <param name="service">The Service.</param>
    public void Apply(ServiceObject service)
    {
        byte[] key = EntryBuilder.CreateServiceKey(service.Key.Namespace, service.Key.Name);
        ServicePart part = EntryBuilder.Create(service);
        lock (_lock)
        {
            Touch(_services.Set(key, part));
        }
    }

    /// <summary>An imported Service is there, new or changed.</summary>
    /// <param name="import">The Service, by what the import says of it.</param>
    public void ApplyImport(ServiceObject import)
    {
        byte[] key = EntryBuilder.CreateServiceKey(import.Key.Namespace, import.Key.Name);
        ServicePart part = EntryBuilder.Create(import);
        lock (_lock)
        {
            Touch(_imports?.Set(key, part) is true);
        }
    }

    /// <summary>An EndpointSlice is there, new or changed: of one of the cluster's Services, of one that it imports, or of both.</summary>
    /// <param name="slice">The slice; one that belongs to neither is as good as gone.</param>
    /// <returns>Whether it says something new of one of the cluster's own Services.</returns>
    public bool Apply(EndpointSliceObject slice)
    {
        SliceEntry? own = slice.ServiceName.Length > 0 ? EntryBuilder.Create(slice, endpointPodNames) : null;
        SliceEntry? imported = _imports is not null && slice.ImportName.Length > 0 ? EntryBuilder.CreateImported(slice, endpointPodNames) : null;
        lock (_lock)
        {
            bool isNew = Set(_services, slice.Key, own);
            Touch(isNew | (_imports is not null && Set(_imports, slice.Key, imported)));
            return isNew;
        }
    }

    /// <summary>A Pod is there, new or changed; one without an address is as good as gone.</summary>
    /// <param name="pod">The Pod.</param>
    public void Apply(PodObject pod)
    {
        byte[] name = EntryBuilder.CreatePodName(pod.Key);
        byte[]? address = pod.Address?.GetAddressBytes();
        byte[] labels = KeepsPodLabels ? PodLabels.Create(pod.Labels) : [];
        lock (_lock)
        {
            Touch(address is null ? index.Pods.Remove(name) : index.Pods.Set(name, address, labels));
        }
    }

    /// <summary>A namespace is gone.</summary>
    /// <param name="name">Its name.</param>
    public void RemoveNamespace(string name)
    {
        byte[] key = EntryBuilder.CreateLabel(name);
        lock (_lock)
        {
            if (index.Namespaces.Find(key) is not null)
            {
                index.Namespaces.Remove(key);
                Touch();
            }
        }
    }

    /// <summary>A Service is gone.</summary>
    /// <param name="key">Which.</param>
    public void RemoveService(ObjectKey key)
    {
        byte[] serviceKey = EntryBuilder.CreateServiceKey(key.Namespace, key.Name);
        lock (_lock)
        {
            Touch(_services.Remove(serviceKey));
        }
    }

    /// <summary>An imported Service is gone.</summary>
    /// <param name="key">Which.</param>
    public void RemoveImport(ObjectKey key)
    {
        byte[] serviceKey = EntryBuilder.CreateServiceKey(key.Namespace, key.Name);
        lock (_lock)
        {
            Touch(_imports?.Remove(serviceKey) is true);
        }
    }

    /// <summary>An EndpointSlice is gone.</summary>
    /// <param name="key">Which.</param>
    public void RemoveEndpointSlice(ObjectKey key)
    {
        lock (_lock)
        {
            Touch(_services.Remove(key) | _imports?.Remove(key) is true);
        }
    }

    /// <summary>A Pod is gone.</summary>
    /// <param name="key">Which.</param>
    public void RemovePod(ObjectKey key)
    {
        byte[] name = EntryBuilder.CreatePodName(key);
        lock (_lock)
        {
            Touch(index.Pods.Remove(name));
        }
    }

    private static bool Set(ServiceSet services, ObjectKey key, SliceEntry? slice)
        => slice is null ? services.Remove(key) : services.Set(key, slice);

    private void Arrive(ClusterKinds kind)
    {
        _awaited &= ~kind;
        if (_awaited == ClusterKinds.None && !index.IsSynced)
        {
            Touch();
            index.IsSynced = true;
        }
    }

    private void SweepNamespaces()
    {
        foreach (NamespaceEntry entry in index.Namespaces.Entries.Where(entry => entry.Generation != _namespaceGeneration).ToList())
        {
            index.Namespaces.Remove(entry.Key);
            Touch();
        }
    }

    private void Touch(bool hasChanged)
    {
        if (hasChanged)
        {
            Touch();
        }
    }

    /// <summary>
    /// The serial never falls: secondaries take no lower one. Where the clock was set back, each change has a serial of its own, until
    /// the clock is past the last of those.
    /// </summary>
    private void Touch()
    {
        uint now = (uint)timeProvider.GetUtcNow().ToUnixTimeSeconds();
        uint last = index.LastChange;
        _isAheadOfClock = now < last || (now == last && _isAheadOfClock);
        index.LastChange = _isAheadOfClock ? last + 1 : now;
        CountMemory();

        // By itself, the collector would look at what is long-lived only when there is a good part of the index again. Lists end with a collection.
        if (_listing == ClusterKinds.None && index.IsSynced &&
            ++_changes * (long)GarbagePerChange >= LeastGarbage + ((_services.Bytes + index.Pods.Bytes) / GarbagePart))
        {
            _changes = 0;
            Collect();
        }
    }

    private void CountMemory()
        => _memory.Set(_services.Bytes + (_imports?.Bytes ?? 0) + index.Pods.Bytes, _listing != ClusterKinds.None);
}
