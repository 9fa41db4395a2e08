namespace ClusterDns.Plugins.Kubernetes.Index;

/// <summary>
/// Keeps the table of addresses in step: what each belongs to. An address that belongs to something before and after a change is
/// never missing meanwhile, since readers look at any time.
/// </summary>
/// <param name="table">The table.</param>
internal sealed class AddressIndex(WireTable<AddressOwners> table)
{
    private const int KeyLength = 16;

    /// <summary>A Service has come, changed or gone.</summary>
    /// <param name="serviceKey">Its key.</param>
    /// <param name="known">What it said before; null when it was not there.</param>
    /// <param name="part">What it says now; null when it is gone.</param>
    public void ReplaceService(byte[] serviceKey, ServicePart? known, ServicePart? part)
    {
        Span<byte> key = stackalloc byte[KeyLength];
        foreach (AddressEntry address in part?.Addresses ?? [])
        {
            EntryBuilder.WriteAddressKey(part!.Data.AsSpan(address.Offset, address.Length), key);
            AddressOwners? owners = table.Find(key);
            if (owners is null || !owners.Services.Any(owner => owner.AsSpan().SequenceEqual(serviceKey)))
            {
                table.Set(new AddressOwners(owners?.Source ?? key.ToArray(), Insert(owners?.Services ?? [], serviceKey), owners?.Endpoints ?? []));
            }
        }

        foreach (AddressEntry address in known?.Addresses ?? [])
        {
            EntryBuilder.WriteAddressKey(known!.Data.AsSpan(address.Offset, address.Length), key);
            if (table.Find(key) is { } owners && !Has(part, key))
            {
                Set(owners.Source, [.. owners.Services.Where(owner => !owner.AsSpan().SequenceEqual(serviceKey))], owners.Endpoints);
            }
        }
    }

    /// <summary>A slice has come, changed or gone.</summary>
    /// <param name="known">What it was before; null when it was not there.</param>
    /// <param name="slice">What it is now; null when it is gone.</param>
    public void ReplaceSlice(SliceEntry? known, SliceEntry? slice)
    {
        Span<byte> key = stackalloc byte[KeyLength];
        for (int i = 0; i < slice?.Endpoints.Length; i++)
        {
            WriteKey(slice, i, key);
            AddressOwners? owners = table.Find(key);
            table.Set(new AddressOwners(
                owners?.Source ?? key.ToArray(), owners?.Services ?? [], Replace(owners?.Endpoints ?? [], known, new EndpointReference(slice, i))));
        }

        for (int i = 0; i < known?.Endpoints.Length; i++)
        {
            WriteKey(known, i, key);
            if (table.Find(key) is { } owners && Count(owners.Endpoints, known) > 0)
            {
                Set(owners.Source, owners.Services, Replace(owners.Endpoints, known, added: null));
            }
        }
    }

    /// <summary>The Services with another, in an order that does not depend on which came first.</summary>
    private static byte[][] Insert(byte[][] services, byte[] serviceKey)
    {
        int place = 0;
        while (place < services.Length && services[place].AsSpan().SequenceCompareTo(serviceKey) < 0)
        {
            place++;
        }

        return [.. services.AsSpan(0, place), serviceKey, .. services.AsSpan(place)];
    }

    private static void WriteKey(SliceEntry slice, int index, Span<byte> key)
    {
        AddressEntry address = slice.Endpoints[index].Address;
        EntryBuilder.WriteAddressKey(slice.Data.AsSpan(address.Offset, address.Length), key);
    }

    /// <summary>Endpoints without those of a slice, and with another.</summary>
    private static EndpointReference[] Replace(EndpointReference[] endpoints, SliceEntry? known, EndpointReference? added)
    {
        EndpointReference[] replaced = new EndpointReference[endpoints.Length - Count(endpoints, known) + (added is null ? 0 : 1)];
        int count = 0;
        foreach (EndpointReference endpoint in endpoints)
        {
            if (!ReferenceEquals(endpoint.Slice, known))
            {
                replaced[count++] = endpoint;
            }
        }

        if (added is { } last)
        {
            replaced[count] = last;
        }

        return replaced;
    }

    private static int Count(EndpointReference[] endpoints, SliceEntry? slice)
    {
        int count = 0;
        foreach (EndpointReference endpoint in endpoints)
        {
            count += ReferenceEquals(endpoint.Slice, slice) ? 1 : 0;
        }

        return count;
    }

    private static bool Has(ServicePart? part, ReadOnlySpan<byte> key)
    {
        Span<byte> other = stackalloc byte[KeyLength];
        foreach (AddressEntry address in part?.Addresses ?? [])
        {
            EntryBuilder.WriteAddressKey(part!.Data.AsSpan(address.Offset, address.Length), other);
            if (key.SequenceEqual(other))
            {
                return true;
            }
        }

        return false;
    }

    private void Set(byte[] key, byte[][] services, EndpointReference[] endpoints)
    {
        if (services.Length == 0 && endpoints.Length == 0)
        {
            table.Remove(key);
        }
        else
        {
            table.Set(new AddressOwners(key, services, endpoints));
        }
    }
}
