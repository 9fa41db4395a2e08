using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using ClusterDns.Core.Records;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Kubernetes.Objects;

namespace ClusterDns.Plugins.Kubernetes.Index;

/// <summary>Turns objects into the forms in which queries find them.</summary>
internal static class EntryBuilder
{
    /// <summary>No API server makes larger ones: the maximum that a controller can be configured to is 1,000.</summary>
    public const int MaxEndpoints = ushort.MaxValue;

    private const int MaxAddressLength = 16;

    /// <summary>An IPv4 address, and it in a label with dashes.</summary>
    private const int LikelyEndpointLength = 20;

    private const int MaxObjectName = 253;

    /// <summary>A name as one label in wire form, in lower case.</summary>
    /// <param name="name">The name; what is longer than 63 bytes is cut, since no query can ask it.</param>
    public static byte[] CreateLabel(string name) => CreateCasedLabel(name.ToLowerInvariant());

    /// <summary>The key of a Service.</summary>
    /// <param name="namespaceName">Its namespace.</param>
    /// <param name="name">Its name.</param>
    public static byte[] CreateServiceKey(string namespaceName, string name) => [.. CreateLabel(name), .. CreateLabel(namespaceName)];

    /// <summary>What names a Pod: its namespace as one label in wire form, then its name as text, in lower case.</summary>
    /// <param name="key">The Pod's key; of its name, what is longer than any API server takes is cut.</param>
    public static byte[] CreatePodName(ObjectKey key)
    {
        byte[] name = Encoding.UTF8.GetBytes(key.Name.ToLowerInvariant());
        return [.. CreateLabel(key.Namespace), .. name.AsSpan(0, Math.Min(name.Length, MaxObjectName))];
    }

    /// <summary>What a Service says.</summary>
    /// <param name="service">The Service.</param>
    public static ServicePart Create(ServiceObject service)
    {
        byte[] key = CreateServiceKey(service.Key.Namespace, service.Key.Name);
        List<byte> data = [.. key, .. stackalloc byte[OnlyAddress.Length]];
        AddressEntry[] addresses = [.. service.ClusterIPs.Distinct().Select(address => Add(data, address))];
        PortEntry[] ports = Create(service.Ports);
        OnlyAddress.Write(CollectionsMarshal.AsSpan(data), key.Length, service.Kind, addresses, ports);
        return new ServicePart
        {
            Kind = service.Kind,
            Data = [.. data],
            Addresses = addresses,
            Ports = ports,
            ExternalName = service.Kind == ServiceKind.ExternalName ? CreateTarget(service.ExternalName) : [],
            External = CreateExternal(service, ports),
        };
    }

    /// <summary>What an EndpointSlice says of one of the cluster's own Services.</summary>
    /// <param name="slice">The slice; of its endpoints, those are kept that are ready.</param>
    /// <param name="endpointPodNames">Whether endpoints without a hostname are named after their Pods.</param>
    public static SliceEntry Create(EndpointSliceObject slice, bool endpointPodNames = false)
    {
        List<byte> data = new(slice.Endpoints.Count * LikelyEndpointLength);
        ZoneOffsets zones = new(data);
        List<EndpointEntry> endpoints = new(slice.Endpoints.Count);
        foreach (EndpointObject endpoint in TakePublished(slice))
        {
            endpoints.Add(Add(data, endpoint, endpointPodNames));
            zones.Add(endpoint.Zone);
        }

        return new SliceEntry(
            CreateOwnerKey(slice.Key.Namespace, slice.ServiceName), [.. data], [.. endpoints], Create(slice.Ports), zones.ToArray())
        {
            Names = [.. slice.Names.Where(static endpoint => endpoint.IsReady).Take(NamedEndpoints.MaxCount).Select(Create).OfType<NamedEndpoint>()],
        };
    }

    /// <summary>A host that is known by its name; null where what is there is not a name, which nobody can look up.</summary>
    private static NamedEndpoint? Create(NamedEndpointObject endpoint)
    {
        byte[] target = CreateTarget(endpoint.Name);
        string label = endpoint.Hostname.Length > 0 ? endpoint.Hostname : endpoint.Name.TrimEnd('.').Replace('.', '-');
        return target.Length > 1 ? new NamedEndpoint(CreateLabel(label), target) : null;
    }

    /// <summary>What an EndpointSlice says of an imported Service, whose names have no topology zones.</summary>
    /// <param name="slice">The slice; of its endpoints, those are kept that are ready.</param>
    /// <param name="endpointPodNames">Whether endpoints without a hostname are named after their Pods.</param>
    public static SliceEntry CreateImported(EndpointSliceObject slice, bool endpointPodNames)
    {
        List<byte> data = [];
        List<EndpointEntry> endpoints = [];
        byte[] cluster = CreateLabel(slice.SourceCluster);
        foreach (EndpointObject endpoint in TakePublished(slice))
        {
            endpoints.Add(Add(data, endpoint, endpointPodNames));
            data.AddRange(cluster);
        }

        return new SliceEntry(
            CreateOwnerKey(slice.Key.Namespace, slice.ImportName), [.. data], [.. endpoints], Create(slice.Ports), [], isImported: true);
    }

    /// <summary>Whether two Services say the same.</summary>
    public static bool ContentEquals(ServicePart left, ServicePart right)
        => left.Kind == right.Kind
            && left.Data.AsSpan().SequenceEqual(right.Data)
            && left.Addresses.AsSpan().SequenceEqual(right.Addresses)
            && left.ExternalName.AsSpan().SequenceEqual(right.ExternalName)
            && PortsEqual(left.Ports, right.Ports)
            && ExternalEquals(left.External, right.External);

    /// <summary>Whether two lists of ports are the same.</summary>
    public static bool PortsEqual(PortEntry[] left, PortEntry[] right)
    {
        bool areEqual = left.Length == right.Length;
        for (int i = 0; areEqual && i < left.Length; i++)
        {
            areEqual = left[i].Number == right[i].Number
                && left[i].Name.AsSpan().SequenceEqual(right[i].Name)
                && left[i].Protocol.AsSpan().SequenceEqual(right[i].Protocol);
        }

        return areEqual;
    }

    /// <summary>An address in 16 bytes, IPv4 mapped.</summary>
    /// <param name="address">4 or 16 bytes.</param>
    /// <param name="key">16 bytes.</param>
    public static void WriteAddressKey(ReadOnlySpan<byte> address, Span<byte> key)
    {
        key.Clear();
        if (address.Length == 4)
        {
            key[10] = key[11] = 0xFF;
        }

        address.CopyTo(key[(16 - address.Length)..]);
    }

    /// <summary>
    /// The key of the Service that a slice's label names. Labels may have upper case, names of Services do not: such a label names none.
    /// </summary>
    private static byte[] CreateOwnerKey(string namespaceName, string label) => [.. CreateCasedLabel(label), .. CreateLabel(namespaceName)];

    private static byte[] CreateCasedLabel(string name)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(name);
        ReadOnlySpan<byte> kept = bytes.AsSpan(0, Math.Min(bytes.Length, DomainName.MaxLabelLength));
        return [(byte)kept.Length, .. kept];
    }

    private static IEnumerable<EndpointObject> TakePublished(EndpointSliceObject slice)
        => slice.Endpoints.Where(static endpoint => endpoint.IsReady).Take(MaxEndpoints);

    private static EndpointEntry Add(List<byte> data, EndpointObject endpoint, bool endpointPodNames)
    {
        EndpointEntry entry = new(Add(data, endpoint.Address), data.Count);
        if (GetName(endpoint, endpointPodNames) is { } name)
        {
            data.AddRange(CreateLabel(name));
        }
        else
        {
            Span<byte> bytes = stackalloc byte[MaxAddressLength];
            Span<byte> label = stackalloc byte[1 + AddressLabel.MaxLength];
            endpoint.Address.TryWriteBytes(bytes, out int length);
            label[0] = (byte)AddressLabel.Write(bytes[..length], label[1..]);
            data.AddRange(label[..(1 + label[0])]);
        }

        return entry;
    }

    /// <summary>
    /// An endpoint's name; null where it is named after its address. A Pod's name that is not a label, since it is too long or has dots, names no
    /// endpoint.
    /// </summary>
    private static string? GetName(EndpointObject endpoint, bool endpointPodNames)
    {
        if (endpoint.Hostname.Length > 0)
        {
            return endpoint.Hostname;
        }

        return endpointPodNames && endpoint.TargetName is { Length: > 0 and <= DomainName.MaxLabelLength } name && !name.Contains('.', StringComparison.Ordinal)
            ? name
            : null;
    }

    private static AddressEntry Add(List<byte> data, IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[MaxAddressLength];
        address.TryWriteBytes(bytes, out int length);
        data.AddRange(bytes[..length]);
        return new AddressEntry(data.Count - length, (byte)length);
    }

    private static PortEntry[] Create(IReadOnlyList<PortObject> ports)
        => ports.Count == 0
            ? [PortEntry.None]
            : [.. ports.Select(static port => new PortEntry(
                Encoding.UTF8.GetBytes(port.Name), Encoding.UTF8.GetBytes(port.Protocol), port.Number == 0 ? -1 : port.Number))];

    /// <summary>Addresses, and texts without a wire form, are not names: there are no records of such a target.</summary>
    private static byte[] CreateTarget(string name)
    {
        Span<byte> wire = stackalloc byte[DomainName.MaxWireLength];
        return !AddressText.TryParse(name, out _) && DomainName.TryParse(name, wire, out int length) ? wire[..length].ToArray() : [];
    }

    private static ExternalPart? CreateExternal(ServiceObject service, PortEntry[] ports)
    {
        byte[][] hostnames = [.. service.ExternalHostnames.Select(CreateTarget).Where(static target => target.Length > 0)];
        if (service.ExternalAddresses.Count == 0 && hostnames.Length == 0)
        {
            return null;
        }

        List<byte> data = [];
        AddressEntry[] addresses = [.. service.ExternalAddresses.Select(address => Add(data, address))];
        return new ExternalPart
        {
            Kind = ServiceKind.ClusterIP,
            Data = [.. data],
            Addresses = addresses,
            Ports = ports,
            ExternalName = [],
            Hostnames = hostnames,
        };
    }

    private static bool ExternalEquals(ExternalPart? left, ExternalPart? right)
        => left is null || right is null
            ? ReferenceEquals(left, right)
            : ContentEquals(left, right) &&
                left.Hostnames.AsSpan().SequenceEqual(right.Hostnames, DomainNameComparer.Instance);
}
