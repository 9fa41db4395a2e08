using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Kubernetes.Objects;

namespace ClusterDns.Plugins.Kubernetes.Index;

/// <summary>A namespace that exists. Its key is its name as one label in wire form.</summary>
internal sealed class NamespaceEntry(byte[] key) : WireTableEntry(key)
{
    /// <summary>The relist in which it was last seen; the writer's.</summary>
    public int Generation { get; set; }
}

/// <summary>A port. <see cref="Number"/> is -1 where a Service or EndpointSlice has no ports at all, or the port has no number.</summary>
internal readonly record struct PortEntry(byte[] Name, byte[] Protocol, int Number)
{
    /// <summary>Used if there are no ports, so that addresses are answered all the same.</summary>
    public static PortEntry None { get; } = new([], [], -1);
}

/// <summary>The position of an address in the bytes of its owner: 4 or 16 of them, which are its rdata.</summary>
internal readonly record struct AddressEntry(int Offset, byte Length)
{
    /// <summary>A record of it.</summary>
    /// <param name="ownerSource">The bytes that contain the owner name in wire form.</param>
    /// <param name="ownerOffset">Its position in them.</param>
    /// <param name="data">The bytes that contain the address.</param>
    /// <param name="timeToLive">The time to live.</param>
    public ResponseRecord CreateRecord(byte[] ownerSource, int ownerOffset, byte[] data, uint timeToLive) => new()
    {
        OwnerSource = ownerSource,
        OwnerOffset = ownerOffset,
        RdataSource = data,
        RdataOffset = Offset,
        RdataLength = Length,
        Type = Length == 4 ? RecordType.A : RecordType.AAAA,
        Class = RecordClass.IN,
        TimeToLive = timeToLive,
    };
}

/// <summary>An endpoint: its address, and the position of its name, both in the bytes of its slice.</summary>
internal readonly record struct EndpointEntry(AddressEntry Address, int NameOffset);

/// <summary>What a Service itself says. Immutable.</summary>
internal class ServicePart
{
    /// <summary>How it is reached.</summary>
    public required ServiceKind Kind { get; init; }

    /// <summary>Its key, its <see cref="OnlyAddress"/> and the bytes of its addresses; of an <see cref="ExternalPart"/> the addresses alone.</summary>
    public required byte[] Data { get; init; }

    /// <summary>Its addresses.</summary>
    public required AddressEntry[] Addresses { get; init; }

    /// <summary>Its ports, or <see cref="PortEntry.None"/> alone.</summary>
    public required PortEntry[] Ports { get; init; }

    /// <summary>
    /// The target of an ExternalName Service, in wire form and its own case; empty if it is not a name.
    /// </summary>
    public required byte[] ExternalName { get; init; }

    /// <summary>How clients outside the cluster reach it; null where they do not.</summary>
    public ExternalPart? External { get; init; }

    /// <summary>The relist in which it was last seen; the writer's.</summary>
    public int Generation { get; set; }
}

/// <summary>
/// A Service with its EndpointSlices: what a query finds. Its key is service and namespace as two labels in wire form, which are
/// side by side in the name asked. Immutable: a change makes a new one.
/// </summary>
internal sealed class ServiceEntry : WireTableEntry
{
    /// <summary>A Service with its slices.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="service">The Service, whose data begins with the key; null where only slices of that name are known.</param>
    /// <param name="slices">The slices.</param>
    public ServiceEntry(byte[] key, ServicePart? service, SliceEntry[] slices)
        : base(service?.Data ?? key, key.Length)
    {
        Service = service;
        Slices = slices;
        IsEmpty = Array.TrueForAll(slices, static slice => slice.Endpoints.Length == 0 && slice.Names.Length == 0);
        Names = NamedEndpoints.Create(service, slices);
        HasMoreThanFits = slices.Sum(static slice => (long)slice.Endpoints.Length * slice.Ports.Length) > RecordList.MaxCount;
    }

    /// <summary>The Service; null where only slices of that name are known.</summary>
    public ServicePart? Service { get; }

    /// <summary>The slices.</summary>
    public SliceEntry[] Slices { get; }

    /// <summary>Whether it has no endpoint that is published.</summary>
    public bool IsEmpty { get; }

    /// <summary>The hosts of a headless Service that has nothing but names of hosts; null for any other.</summary>
    public NamedEndpoints? Names { get; }

    /// <summary>Whether it has more endpoints with ports than a section of a response can have records.</summary>
    public bool HasMoreThanFits { get; }
}

/// <summary>An endpoint of a slice.</summary>
internal readonly record struct EndpointReference(SliceEntry Slice, int Index);

/// <summary>What an address belongs to. Its key is the address in 16 bytes, IPv4 mapped into IPv6. Immutable.</summary>
internal sealed class AddressOwners(byte[] key, byte[][] services, EndpointReference[] endpoints) : WireTableEntry(key)
{
    /// <summary>
    /// The keys of the Services that have it as their own, in order. An API server gives no address to two Services, but nobody sees to it
    /// that two imported ones do not say the same.
    /// </summary>
    public byte[][] Services { get; } = services;

    /// <summary>The endpoints that have it.</summary>
    public EndpointReference[] Endpoints { get; } = endpoints;
}
