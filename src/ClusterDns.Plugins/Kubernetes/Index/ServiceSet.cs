using ClusterDns.Plugins.Kubernetes.Objects;

namespace ClusterDns.Plugins.Kubernetes.Index;

/// <summary>
/// Keeps Services, their slices and their addresses in step: the cluster's own, or those that it imports. The writer's; one thread at a
/// time. Each change returns whether there was one.
/// </summary>
/// <param name="services">The table of Services.</param>
/// <param name="addresses">The table of addresses.</param>
/// <param name="externalAddresses">The table of addresses outside the cluster; null where Services have none.</param>
internal sealed class ServiceSet(
    WireTable<ServiceEntry> services, WireTable<AddressOwners> addresses, WireTable<AddressOwners>? externalAddresses = null)
{
    private readonly Dictionary<ObjectKey, SliceEntry> _slices = [];
    private readonly AddressIndex _addresses = new(addresses);
    private readonly AddressIndex? _externalAddresses = externalAddresses is null ? null : new AddressIndex(externalAddresses);
    private int _serviceGeneration;
    private int _sliceGeneration;

    /// <summary>How many bytes the Services, slices and addresses take, near enough.</summary>
    public long Bytes { get; private set; }

    /// <summary>Begins to hear of every Service that there is.</summary>
    public void BeginServices() => _serviceGeneration++;

    /// <summary>Begins to hear of every slice that there is.</summary>
    public void BeginSlices() => _sliceGeneration++;

    /// <summary>Takes out the Services that were not heard of since <see cref="BeginServices"/>.</summary>
    public bool SweepServices()
    {
        List<ServiceEntry> gone =
            [.. services.Entries.Where(entry => entry.Service is { } part && part.Generation != _serviceGeneration)];
        gone.ForEach(entry => Replace(entry.Key.ToArray(), null));
        return gone.Count > 0;
    }

    /// <summary>Takes out the slices that were not heard of since <see cref="BeginSlices"/>.</summary>
    public bool SweepSlices()
    {
        List<ObjectKey> gone =
            [.. _slices.Where(slice => slice.Value.Generation != _sliceGeneration).Select(static slice => slice.Key)];
        gone.ForEach(key => Remove(key));
        return gone.Count > 0;
    }

    /// <summary>A Service is there, new or changed.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="part">What it says.</param>
    public bool Set(byte[] key, ServicePart part)
    {
        part.Generation = _serviceGeneration;
        if (services.Find(key)?.Service is { } known && EntryBuilder.ContentEquals(known, part))
        {
            known.Generation = _serviceGeneration;
            return false;
        }

        Replace(key, part);
        return true;
    }

    /// <summary>A Service is gone.</summary>
    /// <param name="key">Its key.</param>
    public bool Remove(byte[] key)
    {
        bool isThere = services.Find(key)?.Service is not null;
        if (isThere)
        {
            Replace(key, null);
        }

        return isThere;
    }

    /// <summary>A slice is there, new or changed.</summary>
    /// <param name="key">The object's key.</param>
    /// <param name="slice">What it says.</param>
    public bool Set(ObjectKey key, SliceEntry slice)
    {
        slice.Generation = _sliceGeneration;
        SliceEntry? known = _slices.GetValueOrDefault(key);
        if (known is not null && known.ContentEquals(slice))
        {
            known.Generation = _sliceGeneration;
            return false;
        }

        Replace(known, slice);
        _slices[key] = slice;
        return true;
    }

    /// <summary>A slice is gone.</summary>
    /// <param name="key">The object's key.</param>
    public bool Remove(ObjectKey key)
    {
        bool isThere = _slices.Remove(key, out SliceEntry? known);
        if (isThere)
        {
            Replace(known, null);
        }

        return isThere;
    }

    private void Replace(byte[] key, ServicePart? part)
    {
        ServiceEntry? known = services.Find(key);
        Bytes += BytesOf(part) - BytesOf(known?.Service);
        SetEntry(key, part, known?.Slices ?? []);
        _addresses.ReplaceService(key, known?.Service, part);
        _externalAddresses?.ReplaceService(key, known?.Service?.External, part?.External);
    }

    private void Replace(SliceEntry? known, SliceEntry? slice)
    {
        Bytes += BytesOf(slice) - BytesOf(known);
        _addresses.ReplaceSlice(known, slice);
        bool hasMoved = known is not null && slice is not null && !known.ServiceKey.AsSpan().SequenceEqual(slice.ServiceKey);
        if (hasMoved)
        {
            SetSlices(known!.ServiceKey, known, null);
            known = null;
        }

        SetSlices((slice ?? known!).ServiceKey, known, slice);
    }

    private static int BytesOf(ServicePart? part) => part is null ? 0 : ClusterMemory.BytesPerService;

    private static int BytesOf(SliceEntry? slice)
        => slice is null ? 0 : ClusterMemory.BytesPerSlice + slice.Data.Length + (slice.Endpoints.Length * ClusterMemory.BytesPerEndpoint);

    private void SetSlices(byte[] key, SliceEntry? known, SliceEntry? slice)
    {
        ServiceEntry? service = services.Find(key);
        SetEntry(key, service?.Service, CopyOnWrite.Replace(service?.Slices ?? [], known, slice));
    }

    private void SetEntry(byte[] key, ServicePart? part, SliceEntry[] slices)
    {
        if (part is null && slices.Length == 0)
        {
            services.Remove(key);
        }
        else
        {
            services.Set(new ServiceEntry(key, part, slices));
        }
    }
}
