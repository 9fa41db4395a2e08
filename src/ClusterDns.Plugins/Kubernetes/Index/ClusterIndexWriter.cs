using ClusterDns.Plugins.Kubernetes.Objects;

namespace ClusterDns.Plugins.Kubernetes.Index;

/// <summary>
/// Keeps an index in step with a cluster's objects. A change costs what changed, not what exists. One thread at a time: whoever
/// feeds it sees to that.
/// </summary>
/// <param name="index">The index.</param>
/// <param name="timeProvider">The clock of the serial.</param>
internal sealed class ClusterIndexWriter(ClusterIndex index, TimeProvider timeProvider)
{
    private readonly Dictionary<ObjectKey, SliceEntry> _slices = [];
    private readonly AddressIndex _addresses = new(index.Addresses);
    private int _generation;

    /// <summary>Begins to hear of everything that there is.</summary>
    public void BeginRelist() => _generation++;

    /// <summary>Takes out what was not heard of since <see cref="BeginRelist"/>; what was heard of again has not changed by that.</summary>
    public void EndRelist()
    {
        foreach (ServiceEntry entry in index.Services.Entries.Where(entry => entry.Service is { } part && part.Generation != _generation).ToList())
        {
            SetService(entry.Key, null);
        }

        foreach (ObjectKey key in _slices.Where(slice => slice.Value.Generation != _generation).Select(static slice => slice.Key).ToList())
        {
            RemoveEndpointSlice(key);
        }

        foreach (NamespaceEntry entry in index.Namespaces.Entries.Where(entry => entry.Generation != _generation).ToList())
        {
            index.Namespaces.Remove(entry.Key);
            Touch();
        }

        if (!index.IsSynced)
        {
            Touch();
            index.IsSynced = true;
        }
    }

    /// <summary>A namespace is there.</summary>
    /// <param name="namespaceObject">The namespace.</param>
    public void Apply(NamespaceObject namespaceObject)
    {
        byte[] key = EntryBuilder.CreateLabel(namespaceObject.Name);
        if (index.Namespaces.Find(key) is { } entry)
        {
            entry.Generation = _generation;
            return;
        }

        index.Namespaces.Set(new NamespaceEntry(key) { Generation = _generation });
        Touch();
    }

    /// <summary>A Service is there, new or changed.</summary>
    /// <param name="service">The Service.</param>
    public void Apply(ServiceObject service)
    {
        byte[] key = EntryBuilder.CreateServiceKey(service.Key.Namespace, service.Key.Name);
        ServicePart part = EntryBuilder.Create(service);
        part.Generation = _generation;
        if (index.Services.Find(key)?.Service is { } known && EntryBuilder.ContentEquals(known, part))
        {
            known.Generation = _generation;
            return;
        }

        SetService(key, part);
    }

    /// <summary>An EndpointSlice is there, new or changed.</summary>
    /// <param name="slice">The slice.</param>
    public void Apply(EndpointSliceObject slice)
    {
        SliceEntry entry = EntryBuilder.Create(slice);
        entry.Generation = _generation;
        SliceEntry? known = _slices.GetValueOrDefault(slice.Key);
        if (known is not null && known.ContentEquals(entry))
        {
            known.Generation = _generation;
            return;
        }

        ReplaceSlice(known, entry);
        _slices[slice.Key] = entry;
    }

    /// <summary>A namespace is gone.</summary>
    /// <param name="name">Its name.</param>
    public void RemoveNamespace(string name)
    {
        index.Namespaces.Remove(EntryBuilder.CreateLabel(name));
        Touch();
    }

    /// <summary>A Service is gone.</summary>
    /// <param name="key">Which.</param>
    public void RemoveService(ObjectKey key) => SetService(EntryBuilder.CreateServiceKey(key.Namespace, key.Name), null);

    /// <summary>An EndpointSlice is gone.</summary>
    /// <param name="key">Which.</param>
    public void RemoveEndpointSlice(ObjectKey key)
    {
        if (_slices.Remove(key, out SliceEntry? known))
        {
            ReplaceSlice(known, null);
        }
    }

    private void SetService(byte[] key, ServicePart? part)
    {
        ServiceEntry? known = index.Services.Find(key);
        SetEntry(key, part, known?.Slices ?? []);
        _addresses.ReplaceService(key, known?.Service, part);
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

    private void Touch() => index.LastChange = (uint)timeProvider.GetUtcNow().ToUnixTimeSeconds();
}
