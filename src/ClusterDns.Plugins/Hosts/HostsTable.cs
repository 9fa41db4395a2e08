using System.Diagnostics.CodeAnalysis;
using System.Net;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Records;
using ClusterDns.Core.Wire;

namespace ClusterDns.Plugins.Hosts;

/// <summary>The addresses of a name, and the names of an address, as rdata. Immutable once it is built.</summary>
internal sealed class HostsTable
{
    /// <summary>
    /// The most addresses of a name and names of an address: an A record takes 16 bytes, so that no message holds more. A block list
    /// gives 0.0.0.0 a million names, and a query for them must not walk over all.
    /// </summary>
    public const int MaxRecords = 4096;

    // What objects take on a 64-bit system, with what refers to them.
    private const int BytesPerAddressSet = 200;
    private const int BytesPerRecord = 48;
    private const int BytesPerReverseEntry = 160;

    private readonly HostNames _names = new();
    private readonly HostNames _wildcards = new();
    private readonly Dictionary<UInt128, List<byte[]>> _addresses = [];
    private readonly Dictionary<UInt128, HostAddresses> _shared = [];
    private long _objectBytes;

    /// <summary>A table without entries.</summary>
    public static HostsTable Empty { get; } = new();

    /// <summary>How many entries there are.</summary>
    public int Count { get; private set; }

    /// <summary>How many addresses and names were left out for <see cref="MaxRecords"/>.</summary>
    public int LeftOut { get; private set; }

    /// <summary>How many bytes the table takes, near enough.</summary>
    public long Bytes => _names.Bytes + _wildcards.Bytes + _objectBytes;

    /// <summary>Reads an address; the scope of an IPv6 one does not count.</summary>
    /// <param name="text">The address.</param>
    /// <param name="address">The address.</param>
    public static bool TryParseAddress(ReadOnlySpan<char> text, [NotNullWhen(true)] out IPAddress? address)
    {
        int scope = text.IndexOf('%');
        return AddressText.TryParseUnmapped(scope < 0 ? text : text[..scope], out address);
    }

    /// <summary>
    /// The addresses of a name, by its own entry or by that of <c>*</c> in its first label's place. A <c>*</c> alone has no effect:
    /// it would be the address of the root and of every top-level domain.
    /// </summary>
    /// <param name="name">The name, in wire form.</param>
    public HostAddresses? FindName(ReadOnlySpan<byte> name)
    {
        if (_names.Find(name) is { } addresses)
        {
            return addresses;
        }

        ReadOnlySpan<byte> parent = DomainName.Parent(name);
        return parent[0] != 0 ? _wildcards.Find(parent) : null;
    }

    /// <summary>The names of an address, each in wire form; null where it has none.</summary>
    /// <param name="address">The address, IPv4 mapped.</param>
    public List<byte[]>? FindAddress(UInt128 address) => _addresses.GetValueOrDefault(address);

    /// <summary>Adds an entry.</summary>
    /// <param name="name">The name, in wire form and lower case.</param>
    /// <param name="address">Its address.</param>
    /// <param name="reverse">Whether the address has the name.</param>
    public void Add(ReadOnlySpan<byte> name, IPAddress address, bool reverse)
    {
        bool isWildcard = name.StartsWith("\u0001*"u8);
        ref HostAddresses? addresses = ref (isWildcard ? ref _wildcards.GetOrAdd(name[2..]) : ref _names.GetOrAdd(name));
        UInt128 bits = NetworkEndpoint.From(new IPEndPoint(address, 0)).AddressBits;
        if (!TryAdd(ref addresses, address, bits))
        {
            return;
        }

        Count++;
        if (!reverse || isWildcard)
        {
            return;
        }

        if (!_addresses.TryGetValue(bits, out List<byte[]>? targets))
        {
            _addresses[bits] = targets = [];
            _objectBytes += BytesPerReverseEntry;
        }

        if (targets.Count == MaxRecords)
        {
            LeftOut++;
            return;
        }

        targets.Add(name.ToArray());
        _objectBytes += BytesPerRecord + name.Length;
        Count++;
    }

    /// <summary>Releases what only adding needs.</summary>
    public void Complete() => _shared.Clear();

    /// <summary>Adds an address to a name's. The first is shared with all names that have only this one.</summary>
    private bool TryAdd(ref HostAddresses? addresses, IPAddress address, UInt128 bits)
    {
        if (addresses is null)
        {
            if (!_shared.TryGetValue(bits, out addresses))
            {
                addresses = new HostAddresses(isShared: true);
                addresses.Of(address).Add(address.GetAddressBytes());
                _shared[bits] = addresses;
                _objectBytes += BytesPerAddressSet;
            }

            return true;
        }

        byte[] rdata = address.GetAddressBytes();
        if (addresses.Of(address).Exists(known => known.AsSpan().SequenceEqual(rdata)))
        {
            return false;
        }

        if (addresses.Of(address).Count == MaxRecords)
        {
            LeftOut++;
            return false;
        }

        if (addresses.IsShared)
        {
            addresses = addresses.Copy();
            _objectBytes += BytesPerAddressSet;
        }

        addresses.Of(address).Add(rdata);
        _objectBytes += BytesPerRecord;
        return true;
    }
}

/// <summary>The addresses of one name, as rdata, each once and in the file's order; or of several that have the same single one.</summary>
/// <param name="isShared">Whether several names may have it, so that it must not change.</param>
internal sealed class HostAddresses(bool isShared)
{
    private static readonly List<byte[]> None = [];

    private List<byte[]>? _ipv4;
    private List<byte[]>? _ipv6;

    /// <summary>Whether several names may have it.</summary>
    public bool IsShared => isShared;

    /// <summary>The IPv4 addresses.</summary>
    public List<byte[]> IPv4 => _ipv4 ?? None;

    /// <summary>The IPv6 addresses.</summary>
    public List<byte[]> IPv6 => _ipv6 ?? None;

    /// <summary>The list that an address belongs to, for adding.</summary>
    /// <param name="address">The address.</param>
    public List<byte[]> Of(IPAddress address)
        => address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? _ipv4 ??= [] : _ipv6 ??= [];

    /// <summary>The same addresses for one name alone.</summary>
    public HostAddresses Copy() => new(isShared: false)
    {
        _ipv4 = _ipv4 is null ? null : [.. _ipv4],
        _ipv6 = _ipv6 is null ? null : [.. _ipv6],
    };
}
