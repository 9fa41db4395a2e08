using ClusterDns.Core.Wire;

namespace ClusterDns.Plugins.Kubernetes.Index;

/// <summary>An EndpointSlice: all its bytes in one array, and its endpoints found by name. Immutable.</summary>
internal sealed class SliceEntry
{
    private readonly ushort[] _byName;
    private readonly int[] _zoneOffsets;

    /// <summary>A slice.</summary>
    /// <param name="serviceKey">The key of the Service it belongs to.</param>
    /// <param name="data">The bytes of addresses, names and topology zones.</param>
    /// <param name="endpoints">The endpoints, at most 65,535.</param>
    /// <param name="ports">The ports of all endpoints, or <see cref="PortEntry.None"/> alone.</param>
    /// <param name="zoneOffsets">The position of each endpoint's topology zone, -1 for none; empty where no endpoint is in any.</param>
    /// <param name="isImported">Whether it belongs to an imported Service, so that a cluster follows each endpoint's label.</param>
    public SliceEntry(
        byte[] serviceKey, byte[] data, EndpointEntry[] endpoints, PortEntry[] ports, int[] zoneOffsets, bool isImported = false)
    {
        ServiceKey = serviceKey;
        Data = data;
        Endpoints = endpoints;
        Ports = ports;
        _zoneOffsets = zoneOffsets;
        IsImported = isImported;
        _byName = CreateTable();
    }

    /// <summary>The key of the Service it belongs to.</summary>
    public byte[] ServiceKey { get; }

    /// <summary>Whether it belongs to an imported Service.</summary>
    public bool IsImported { get; }

    /// <summary>The bytes of addresses, names and topology zones.</summary>
    public byte[] Data { get; }

    /// <summary>The endpoints that are published.</summary>
    public EndpointEntry[] Endpoints { get; }

    /// <summary>The ports of all endpoints.</summary>
    public PortEntry[] Ports { get; }

    /// <summary>The hosts that are published by their names.</summary>
    public NamedEndpoint[] Names { get; init; } = [];

    /// <summary>The relist in which it was last seen; the writer's.</summary>
    public int Generation { get; set; }

    /// <summary>
    /// An endpoint's name within its Service, in wire form: one label, which in an imported Service the cluster's label follows, unless
    /// the slice is of no cluster.
    /// </summary>
    /// <param name="endpoint">The endpoint.</param>
    public ReadOnlySpan<byte> GetName(in EndpointEntry endpoint) => ReadName(Data, endpoint.NameOffset, IsImported);

    /// <summary>An endpoint's name in the bytes of its slice.</summary>
    /// <param name="data">The bytes.</param>
    /// <param name="offset">The position of the name.</param>
    /// <param name="isImported">Whether the slice belongs to an imported Service.</param>
    public static ReadOnlySpan<byte> ReadName(byte[] data, int offset, bool isImported)
    {
        int length = data[offset] + 1;
        if (isImported && data[offset + length] is > 0 and byte cluster)
        {
            length += cluster + 1;
        }

        return data.AsSpan(offset, length);
    }

    /// <summary>Whether it has endpoints that a cluster is part of the names of.</summary>
    /// <param name="cluster">The cluster as one label in wire form, in lower case.</param>
    public bool IsOfCluster(ReadOnlySpan<byte> cluster)
    {
        if (!IsImported || Endpoints.Length == 0)
        {
            return false;
        }

        ReadOnlySpan<byte> name = GetName(in Endpoints[0]);
        return name[(name[0] + 1)..].SequenceEqual(cluster);
    }

    /// <summary>Whether an endpoint is in a topology zone.</summary>
    /// <param name="index">The endpoint's index.</param>
    /// <param name="zone">The zone as labels in wire form, in lower case.</param>
    public bool IsInZone(int index, ReadOnlySpan<byte> zone)
    {
        int offset = _zoneOffsets.Length == 0 ? -1 : _zoneOffsets[index];
        return offset >= 0 && zone.SequenceEqual(Data.AsSpan(offset + 1, Data[offset]));
    }

    /// <summary>The next endpoint of a name.</summary>
    /// <param name="name">The name as <see cref="GetName"/> gives it, in lower case.</param>
    /// <param name="position">Where the search continues; -1 at its beginning.</param>
    /// <returns>The endpoint's index, or -1 when there is no further one.</returns>
    public int FindByName(ReadOnlySpan<byte> name, ref int position)
    {
        if (_byName.Length == 0)
        {
            return -1;
        }

        int mask = _byName.Length - 1;
        position = position < 0 ? (int)KeyedHash.Of(name) & mask : position;
        while (_byName[position] != 0)
        {
            int index = _byName[position] - 1;
            position = (position + 1) & mask;
            if (name.SequenceEqual(GetName(in Endpoints[index])))
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
            && NamedEndpoints.AreEqual(Names, other.Names)
            && EntryBuilder.PortsEqual(Ports, other.Ports);

    /// <summary>Indices plus one, each as near after its name's hash as there is room; half the places stay empty.</summary>
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
            int position = (int)KeyedHash.Of(GetName(in Endpoints[index])) & (capacity - 1);
            while (table[position] != 0)
            {
                position = (position + 1) & (capacity - 1);
            }

            table[position] = (ushort)(index + 1);
        }

        return table;
    }
}
