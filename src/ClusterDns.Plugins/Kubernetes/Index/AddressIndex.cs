namespace ClusterDns.Plugins.Kubernetes.Index;

/// <summary>Keeps the table of addresses in step: to whom each belongs.</summary>
/// <param name="table">The table.</param>
internal sealed class AddressIndex(WireTable<AddressOwners> table)
{
    private const int KeyLength = 16;

    /// <summary>A Service has come.</summary>
    public void AddService(byte[] serviceKey, ServicePart part)
    {
        foreach (AddressEntry address in part.Addresses)
        {
            byte[] key = CreateKey(part.Data, address);
            AddressOwners? owners = table.Find(key);
            table.Set(new AddressOwners(owners?.Key ?? key, [.. owners?.Services ?? [], serviceKey], owners?.Endpoints ?? []));
        }
    }

    /// <summary>A Service has gone.</summary>
    public void RemoveService(byte[] serviceKey, ServicePart part)
    {
        foreach (AddressEntry address in part.Addresses)
        {
            if (table.Find(CreateKey(part.Data, address)) is { } owners)
            {
                Set(owners.Key, [.. owners.Services.Where(key => !key.AsSpan().SequenceEqual(serviceKey))], owners.Endpoints);
            }
        }
    }

    /// <summary>A slice has come.</summary>
    public void AddSlice(SliceEntry slice)
    {
        for (int i = 0; i < slice.Endpoints.Length; i++)
        {
            byte[] key = CreateKey(slice.Data, slice.Endpoints[i].Address);
            AddressOwners? owners = table.Find(key);
            table.Set(new AddressOwners(
                owners?.Key ?? key, owners?.Services ?? [], [.. owners?.Endpoints ?? [], new EndpointReference(slice, i)]));
        }
    }

    /// <summary>A slice has gone.</summary>
    public void RemoveSlice(SliceEntry slice)
    {
        foreach (EndpointEntry endpoint in slice.Endpoints)
        {
            if (table.Find(CreateKey(slice.Data, endpoint.Address)) is { } owners)
            {
                Set(owners.Key, owners.Services, [.. owners.Endpoints.Where(reference => !ReferenceEquals(reference.Slice, slice))]);
            }
        }
    }

    private static byte[] CreateKey(byte[] data, AddressEntry address)
    {
        byte[] key = new byte[KeyLength];
        EntryBuilder.WriteAddressKey(data.AsSpan(address.Offset, address.Length), key);
        return key;
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
