using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace ClusterDns.Plugins.Geoip.Mmdb;

/// <summary>
/// A database that maps addresses to values: a search tree over the bits of addresses, and a section of values (MaxMind DB format 2.0). It is read
/// in place.
/// </summary>
internal sealed class MmdbReader
{
    /// <summary>How far from its end a file has its metadata.</summary>
    private const int MaxMetadata = 128 * 1024;

    /// <summary>How many zero octets are between the tree and the values.</summary>
    private const int Separator = 16;

    private const int AddressBits = 128;
    private const int IPv4Bits = 32;

    private readonly ReadOnlyMemory<byte> _tree;
    private readonly ReadOnlyMemory<byte> _values;
    private readonly long _nodes;
    private readonly int _recordBits;
    private readonly bool _hasIPv6;

    private MmdbReader(ReadOnlyMemory<byte> tree, ReadOnlyMemory<byte> values, long nodes, int recordBits, bool hasIPv6, string databaseType)
    {
        _tree = tree;
        _values = values;
        _nodes = nodes;
        _recordBits = recordBits;
        _hasIPv6 = hasIPv6;
        DatabaseType = databaseType;
    }

    private static ReadOnlySpan<byte> MetadataMarker => [0xAB, 0xCD, 0xEF, (byte)'M', (byte)'a', (byte)'x', (byte)'M', (byte)'i', (byte)'n', (byte)'d', (byte)'.', (byte)'c', (byte)'o', (byte)'m'];

    /// <summary>What kind of database it is, such as <c>GeoLite2-City</c>.</summary>
    public string DatabaseType { get; }

    /// <summary>Opens a database.</summary>
    /// <param name="file">The file's octets; they stay where they are.</param>
    /// <param name="reader">The reader.</param>
    /// <param name="problem">What is wrong with the file; empty for nothing.</param>
    public static bool TryOpen(ReadOnlyMemory<byte> file, [NotNullWhen(true)] out MmdbReader? reader, out string problem)
    {
        reader = null;
        int start = Math.Max(0, file.Length - MaxMetadata);
        int marker = file.Span[start..].LastIndexOf(MetadataMarker);
        if (marker < 0)
        {
            problem = "it is not a MaxMind database";
            return false;
        }

        marker += start;
        MmdbSection metadata = new(file.Span[(marker + MetadataMarker.Length)..]);
        if (!metadata.TryRead(0, out MmdbValue map, out _)
            || !TryNumber(metadata, map, "node_count"u8, out long nodes)
            || !TryNumber(metadata, map, "record_size"u8, out long recordBits)
            || !TryNumber(metadata, map, "ip_version"u8, out long version)
            || !TryNumber(metadata, map, "binary_format_major_version"u8, out long format)
            || !metadata.TryFind(in map, "database_type"u8, out MmdbValue type)
            || type.Type != MmdbType.Text)
        {
            problem = "its metadata is malformed";
            return false;
        }

        long treeLength = nodes * recordBits / 4;
        if (format != 2 || recordBits is not (24 or 28 or 32) || version is not (4 or 6) || nodes == 0 || treeLength + Separator > marker)
        {
            problem = "its metadata does not fit the file";
            return false;
        }

        string name = type.ToText(file.Span[(marker + MetadataMarker.Length)..])!;
        int values = (int)treeLength + Separator;
        reader = new MmdbReader(file[..(int)treeLength], file[values..marker], nodes, (int)recordBits, version == 6, name);
        problem = "";
        return true;
    }

    /// <summary>Finds the value of the longest prefix that an address has.</summary>
    /// <param name="address">The address, IPv4 mapped into IPv6 (<c>::ffff:0:0/96</c>).</param>
    /// <param name="isIPv4">Whether it is an IPv4 address.</param>
    /// <returns>The value's offset; -1 where there is none.</returns>
    public int Find(UInt128 address, bool isIPv4)
    {
        if (!isIPv4 && !_hasIPv6)
        {
            return -1;
        }

        // Databases with IPv6 have IPv4 addresses as ::/96.
        UInt128 bits = isIPv4 ? address & uint.MaxValue : address;
        long node = 0;
        for (int bit = (isIPv4 && !_hasIPv6 ? IPv4Bits : AddressBits) - 1; bit >= 0 && node < _nodes; bit--)
        {
            node = ReadRecord(node, (int)(bits >> bit) & 1);
        }

        long offset = node - _nodes - Separator;
        int found = offset >= 0 && offset < _values.Length ? (int)offset : -1;
        GC.KeepAlive(this);
        return found;
    }

    /// <summary>Reads the text of a value.</summary>
    /// <param name="offset">What <see cref="Find"/> returned.</param>
    /// <param name="path">The keys that lead to it.</param>
    public string? Read(int offset, ReadOnlySpan<byte[]> path)
    {
        MmdbSection values = new(_values.Span);
        string? text = TryWalk(values, offset, path, out MmdbValue value) ? value.ToText(_values.Span) : null;
        GC.KeepAlive(this);
        return text;
    }

    /// <summary>Reads the texts that the maps of an array have under a key, separated by commas.</summary>
    /// <param name="offset">What <see cref="Find"/> returned.</param>
    /// <param name="path">The keys that lead to the array.</param>
    /// <param name="key">The key.</param>
    public string? ReadList(int offset, ReadOnlySpan<byte[]> path, ReadOnlySpan<byte> key)
    {
        MmdbSection values = new(_values.Span);
        if (!TryWalk(values, offset, path, out MmdbValue array) || array.Type != MmdbType.Array)
        {
            return null;
        }

        StringBuilder list = new();
        int position = array.Offset;
        for (int i = 0; i < array.Size && values.TryRead(position, out MmdbValue map, out _) && values.TrySkip(ref position); i++)
        {
            if (values.TryFind(in map, key, out MmdbValue value) && value.ToText(_values.Span) is { Length: > 0 } text)
            {
                list.Append(list.Length == 0 ? "" : ",").Append(text);
            }
        }

        GC.KeepAlive(this);
        return list.ToString();
    }

    private static bool TryWalk(MmdbSection values, int offset, ReadOnlySpan<byte[]> path, out MmdbValue value)
    {
        if (!values.TryRead(offset, out value, out _))
        {
            return false;
        }

        foreach (byte[] key in path)
        {
            if (!values.TryFind(in value, key, out value))
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryNumber(MmdbSection section, MmdbValue map, ReadOnlySpan<byte> key, out long number)
    {
        number = section.TryFind(in map, key, out MmdbValue value) ? value.ToNumberOrNull(section.Octets) ?? -1 : -1;
        return number >= 0;
    }

    /// <summary>Each node has two records, side by side; those of 28 bits share the octet between them.</summary>
    private long ReadRecord(long node, int side)
    {
        ReadOnlySpan<byte> record = _tree.Span.Slice((int)(node * _recordBits / 4), _recordBits / 4);
        return (_recordBits, side) switch
        {
            (24, _) => Read24(record[(side * 3)..]),
            (28, 0) => ((record[3] & 0xF0L) << 20) | Read24(record),
            (28, _) => ((record[3] & 0x0FL) << 24) | Read24(record[4..]),
            _ => System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(record[(side * 4)..]),
        };
    }

    private static long Read24(ReadOnlySpan<byte> octets) => (octets[0] << 16) | (octets[1] << 8) | octets[2];
}
