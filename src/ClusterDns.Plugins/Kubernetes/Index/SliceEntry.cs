namespace ClusterDns.Plugins.Kubernetes.Index;

/// <summary>An EndpointSlice: all its bytes in one array, and its endpoints found by name. Immutable.</summary>
internal sealed class SliceEntry
{
    private readonly ushort[] _byLabel;
    private readonly int[] _zoneOffsets;

    /// <summary>A slice.</summary>
    /// <param name="serviceKey">The key of the Service it belongs to.</param>
    /// <param name="data">The bytes of addresses, labels and topology zones.</param>
    /// <param name="endpoints">The endpoints, at most 65,535.</param>
    /// <param name="ports">The ports of all endpoints, or <see cref="PortEntry.None"/> alone.</param>
    /// <param name="zoneOffsets">Where each endpoint's topology zone stands, -1 for none; empty where no endpoint is in any.</param>
    public SliceEntry(byte[] serviceKey, byte[] data, EndpointEntry[] endpoints, PortEntry[] ports, int[] zoneOffsets)
    {
        ServiceKey = serviceKey;
        Data = data;
        Endpoints = endpoints;
        Ports = ports;
        _zoneOffsets = zoneOffsets;
        _byLabel = CreateTable();
    }

    /// <summary>The key of the Service it belongs to.</summary>
    public byte[] ServiceKey { get; }

    /// <summary>The bytes of addresses, labels and topology zones.</summary>
    public byte[] Data { get; }

    /// <summary>The endpoints that are published.</summary>
    public EndpointEntry[] Endpoints { get; }

    /// <summary>The ports of all endpoints.</summary>
    public PortEntry[] Ports { get; }

    /// <summary>The relist in which it was last seen; the writer's.</summary>
    public int Generation { get; set; }

    /// <summary>An endpoint's name as one label in wire form.</summary>
    /// <param name="endpoint">The endpoint.</param>
    public ReadOnlySpan<byte> GetLabel(in EndpointEntry endpoint)
        => Data.AsSpan(endpoint.LabelOffset, Data[endpoint.LabelOffset] + 1);

    /// <summary>Whether an endpoint is in a topology zone.</summary>
    /// <param name="index">The endpoint's index.</param>
    /// <param name="zone">The zone as labels in wire form, in lower case.</param>
    public bool IsInZone(int index, ReadOnlySpan<byte> zone)
    {
        int offset = _zoneOffsets.Length == 0 ? -1 : _zoneOffsets[index];
        return offset >= 0 && zone.SequenceEqual(Data.AsSpan(offset + 1, Data[offset]));
    }

    /// <summary>The next endpoint of a name.</summary>
    /// <param name="label">The name as one label in wire form, in lower case.</param>
    /// <param name="position">Where the search goes on; -1 at its beginning.</param>
    /// <returns>The endpoint's index, or -1 when there is no further one.</returns>
    public int FindByLabel(ReadOnlySpan<byte> label, ref int position)
    {
        if (_byLabel.Length == 0)
        {
            return -1;
        }

        int mask = _byLabel.Length - 1;
        position = position < 0 ? (int)WireTableHash.Of(label) & mask : position;
        while (_byLabel[position] != 0)
        {
            int index = _byLabel[position] - 1;
            position = (position + 1) & mask;
            if (label.SequenceEqual(GetLabel(in Endpoints[index])))
            {
                return index;
            }
        }

        return -1;
    }

    /// <summary>Whether another slice says the same.</summary>
    /// <param name="other">The other.</param>
    public bool ContentEquals(SliceEntry other)
        => ServiceKey.AsSpan().SequenceEqual(other.ServiceKey)
            && Data.AsSpan().SequenceEqual(other.Data)
            && Endpoints.AsSpan().SequenceEqual(other.Endpoints)
            && _zoneOffsets.AsSpan().SequenceEqual(other._zoneOffsets)
            && EntryBuilder.PortsEqual(Ports, other.Ports);

    /// <summary>Indices plus one, each as near after its label's hash as there is room; half the places stay empty.</summary>
    private ushort[] CreateTable()
    {
        if (Endpoints.Length == 0)
        {
            return [];
        }

        int capacity = 2;
        while (capacity < Endpoints.Length * 2)
        {
            capacity *= 2;
        }

        ushort[] table = new ushort[capacity];
        for (int index = 0; index < Endpoints.Length; index++)
        {
            int position = (int)WireTableHash.Of(GetLabel(in Endpoints[index])) & (capacity - 1);
            while (table[position] != 0)
            {
                position = (position + 1) & (capacity - 1);
            }

            table[position] = (ushort)(index + 1);
        }

        return table;
    }
}
