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
internal sealed class ClusterIndexWriter(
    ClusterIndex index, TimeProvider timeProvider, ClusterKinds kinds, bool endpointPodNames = false)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ObjectKey, SliceEntry> _slices = [];
    private readonly AddressIndex _addresses = new(index.Addresses);
    private readonly AddressIndex _externalAddresses = new(index.ExternalAddresses);
    private ClusterKinds _awaited = kinds;
    private int _namespaceGeneration;
    private int _serviceGeneration;
    private int _sliceGeneration;
    private bool _isAheadOfClock;

    /// <summary>Whether the labels of Pods are kept.</summary>
    public bool KeepsPodLabels { get; init; }

    /// <summary>Begins to hear of everything that there is of one kind.</summary>
    /// <param name="kind">The kind.</param>
    public void BeginRelist(ClusterKinds kind)
    {
        lock (_lock)
        {
            if (kind == ClusterKinds.Pod)
            {
                index.Pods.BeginRelist();
            }
            else
            {
                Generation(kind)++;
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
                    SweepServices();
                    break;
                case ClusterKinds.EndpointSlice:
                    SweepEndpointSlices();
                    break;
                case ClusterKinds.Pod:
                    Touch(index.Pods.EndRelist());
                    break;
            }

            Arrive(kind);
        }
    }

    /// <summary>A kind cannot be had for now: the index does not wait for it, and answers as well as it can without.</summary>
    /// <param name="kind">The kind.</param>
    public void GoWithout(ClusterKinds kind)
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
            part.Generation = _serviceGeneration;
            if (index.Services.Find(key)?.Service is { } known && EntryBuilder.ContentEquals(known, part))
            {
                known.Generation = _serviceGeneration;
                return;
            }

            SetService(key, part);
        }
    }

    /// <summary>An EndpointSlice is there, new or changed.</summary>
    /// <param name="slice">The slice.</param>
    /// <returns>Whether it says something new.</returns>
    public bool Apply(EndpointSliceObject slice)
    {
        SliceEntry entry = EntryBuilder.Create(slice, endpointPodNames);
        lock (_lock)
        {
            entry.Generation = _sliceGeneration;
            SliceEntry? known = _slices.GetValueOrDefault(slice.Key);
            if (known is not null && known.ContentEquals(entry))
            {
                known.Generation = _sliceGeneration;
                return false;
            }

            ReplaceSlice(known, entry);
            _slices[slice.Key] = entry;
            return true;
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
            if (index.Services.Find(serviceKey)?.Service is not null)
            {
                SetService(serviceKey, null);
            }
        }
    }

    /// <summary>An EndpointSlice is gone.</summary>
    /// <param name="key">Which.</param>
    public void RemoveEndpointSlice(ObjectKey key)
    {
        lock (_lock)
        {
            if (_slices.Remove(key, out SliceEntry? known))
            {
                ReplaceSlice(known, null);
            }
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

    private ref int Generation(ClusterKinds kind)
    {
        switch (kind)
        {
            case ClusterKinds.Namespace:
                return ref _namespaceGeneration;
            case ClusterKinds.Service:
                return ref _serviceGeneration;
            case ClusterKinds.EndpointSlice:
                return ref _sliceGeneration;
            default:
                throw new ArgumentOutOfRangeException(nameof(kind), kind, "no single kind that is kept");
        }
    }

    private void Arrive(ClusterKinds kind)
    {
        _awaited &= ~kind;
        if (_awaited == ClusterKinds.None && !index.IsSynced)
        {
            Touch();
            index.IsSynced = true;
        }
    }

    private void SweepServices()
    {
        foreach (ServiceEntry entry in index.Services.Entries
            .Where(entry => entry.Service is { } part && part.Generation != _serviceGeneration).ToList())
        {
            SetService(entry.Key, null);
        }
    }

    private void SweepEndpointSlices()
    {
        foreach ((ObjectKey key, SliceEntry slice) in _slices.Where(slice => slice.Value.Generation != _sliceGeneration).ToList())
        {
            _slices.Remove(key);
            ReplaceSlice(slice, null);
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

    private void SetService(byte[] key, ServicePart? part)
    {
        ServiceEntry? known = index.Services.Find(key);
        SetEntry(key, part, known?.Slices ?? []);
        _addresses.ReplaceService(key, known?.Service, part);
        _externalAddresses.ReplaceService(key, known?.Service?.External, part?.External);
        Touch();
    }

    private void ReplaceSlice(SliceEntry? known, SliceEntry? entry)
    {
        _addresses.ReplaceSlice(known, entry);
        bool hasMoved = known is not null && entry is not null && !known.ServiceKey.AsSpan().SequenceEqual(entry.ServiceKey);
        if (hasMoved)
        {
            SetSlices(known!.ServiceKey, known, null);
            known = null;
        }

        SetSlices((entry ?? known!).ServiceKey, known, entry);
        Touch();
    }

    private void SetSlices(byte[] key, SliceEntry? known, SliceEntry? entry)
    {
        ServiceEntry? service = index.Services.Find(key);
        SliceEntry[] slices = service?.Slices ?? [];
        SetEntry(key, service?.Service, CopyOnWrite.Replace(slices, known, entry));
    }

    private void SetEntry(byte[] key, ServicePart? part, SliceEntry[] slices)
    {
        if (part is null && slices.Length == 0)
        {
            index.Services.Remove(key);
        }
        else
        {
            index.Services.Set(new ServiceEntry(key, part, slices));
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
    }
}
