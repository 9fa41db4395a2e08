using System.Diagnostics.CodeAnalysis;
using System.Net;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Records;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Common;

namespace ClusterDns.Plugins.Hosts;

/// <summary>The addresses of a name, and the names of an address, as rdata. Immutable once it is built.</summary>
internal sealed class HostsTable
{
    /// <summary>
    /// The most addresses of a name and names of an address: an A record takes 16 bytes, so that no message holds more. A block list
    /// gives 0.0.0.0 a million names, and a query for them must not walk over all.
    /// </summary>
    public const int MaxRecords = 4096;

    private readonly Dictionary<byte[], HostAddresses> _names = new(DomainNameComparer.Instance);
    private readonly Dictionary<byte[], HostAddresses> _wildcards = new(DomainNameComparer.Instance);
    private readonly Dictionary<UInt128, List<byte[]>> _addresses = [];
    private readonly Dictionary<byte[], HostAddresses>.AlternateLookup<ReadOnlySpan<byte>> _namesBySpan;
    private readonly Dictionary<byte[], HostAddresses>.AlternateLookup<ReadOnlySpan<byte>> _wildcardsBySpan;

    private HostsTable()
    {
        _namesBySpan = _names.GetAlternateLookup<ReadOnlySpan<byte>>();
        _wildcardsBySpan = _wildcards.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    /// <summary>A table without entries.</summary>
    public static HostsTable Empty { get; } = new();

    /// <summary>How many entries there are.</summary>
    public int Count { get; private set; }

    /// <summary>How many addresses and names were left out for <see cref="MaxRecords"/>.</summary>
    public int LeftOut { get; private set; }

    /// <summary>Reads a hosts file; lines that are none are passed over, as <c>/etc/hosts</c> may have anything.</summary>
    /// <param name="text">The file.</param>
    /// <param name="zones">Names outside these zones are left out.</param>
    /// <param name="reverse">Whether addresses have names.</param>
    public static HostsTable Parse(string text, ZoneSet zones, bool reverse)
    {
        HostsTable table = new();
        Span<byte> wire = stackalloc byte[DomainName.MaxWireLength];
        foreach (ReadOnlySpan<char> line in text.AsSpan().EnumerateLines())
        {
            int comment = line.IndexOf('#');
            string[] fields = (comment < 0 ? line : line[..comment]).ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length < 2 || !TryParseAddress(fields[0], out IPAddress? address))
            {
                continue;
            }

            foreach (string name in fields.Skip(1))
            {
                if (DomainName.TryParse(name, wire, out int length) && zones.Match(wire[..length]) is not null)
                {
                    byte[] lower = new byte[length];
                    DomainName.ToLowerInvariant(wire[..length], lower);
                    table.Add(lower, address, reverse);
                }
            }
        }

        return table;
    }

    /// <summary>Reads an address; the scope of an IPv6 one does not count.</summary>
    /// <param name="text">The address.</param>
    /// <param name="address">The address.</param>
    public static bool TryParseAddress(string text, [NotNullWhen(true)] out IPAddress? address)
    {
        int scope = text.IndexOf('%', StringComparison.Ordinal);
        return AddressText.TryParseUnmapped(scope < 0 ? text : text.AsSpan(0, scope), out address);
    }

    /// <summary>
    /// The addresses of a name, by its own entry or by that of <c>*</c> in its first label's place. A <c>*</c> alone stands for nothing:
    /// it would be the address of the root and of every top-level domain.
    /// </summary>
    /// <param name="name">The name, in wire form.</param>
    public HostAddresses? FindName(ReadOnlySpan<byte> name)
    {
        if (_namesBySpan.TryGetValue(name, out HostAddresses? addresses))
        {
            return addresses;
        }

        ReadOnlySpan<byte> parent = DomainName.Parent(name);
        return parent[0] != 0 && _wildcardsBySpan.TryGetValue(parent, out addresses) ? addresses : null;
    }

    /// <summary>The names of an address, each in wire form; null where it has none.</summary>
    /// <param name="address">The address, IPv4 mapped.</param>
    public List<byte[]>? FindAddress(UInt128 address) => _addresses.GetValueOrDefault(address);

    private void Add(byte[] name, IPAddress address, bool reverse)
    {
        bool isWildcard = name.AsSpan().StartsWith("\u0001*"u8);
        (Dictionary<byte[], HostAddresses> names, byte[] key) = isWildcard ? (_wildcards, name[2..]) : (_names, name);
        if (!names.TryGetValue(key, out HostAddresses? addresses))
        {
            names[key] = addresses = new HostAddresses();
        }

        byte[] rdata = address.GetAddressBytes();
        List<byte[]> family = addresses.OfFamily(rdata);
        if (family.Exists(known => known.AsSpan().SequenceEqual(rdata)))
        {
            return;
        }

        if (family.Count == MaxRecords)
        {
            LeftOut++;
            return;
        }

        family.Add(rdata);

        Count++;
        if (reverse && !isWildcard)
        {
            UInt128 bits = NetworkEndpoint.From(new IPEndPoint(address, 0)).AddressBits;
            if (!_addresses.TryGetValue(bits, out List<byte[]>? targets))
            {
                _addresses[bits] = targets = [];
            }

            if (targets.Count == MaxRecords)
            {
                LeftOut++;
                return;
            }

            targets.Add(name);
            Count++;
        }
    }
}

/// <summary>The addresses of one name, as rdata, each once and in the file's order.</summary>
internal sealed class HostAddresses
{
    /// <summary>The IPv4 addresses.</summary>
    public List<byte[]> IPv4 { get; } = [];

    /// <summary>The IPv6 addresses.</summary>
    public List<byte[]> IPv6 { get; } = [];

    /// <summary>The list that an address belongs to.</summary>
    /// <param name="address">4 or 16 bytes.</param>
    public List<byte[]> OfFamily(byte[] address) => address.Length == 4 ? IPv4 : IPv6;
}
