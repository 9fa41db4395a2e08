using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace ClusterDns.Plugins.Tests.Geoip;

/// <summary>Writes a small database in the MaxMind format: what the tests look up.</summary>
internal sealed class MmdbWriter(string databaseType, int recordBits = 28, int version = 6)
{
    private const int Empty = -1;

    private readonly List<int[]> _nodes = [[Empty, Empty]];
    private readonly List<byte> _values = [];
    private readonly Dictionary<string, int> _texts = new(StringComparer.Ordinal);

    /// <summary>Gives the addresses of a prefix a value: a dictionary, an array, a text, a number, or whether something is so.</summary>
    public MmdbWriter Add(string prefix, object value)
    {
        IPNetwork network = IPNetwork.Parse(prefix);
        byte[] address = network.BaseAddress.GetAddressBytes();
        int length = network.PrefixLength;
        if (address.Length == 4 && version == 6)
        {
            address = [.. new byte[12], .. address];
            length += 96;
        }

        // A text that is repeated becomes a pointer, and so its first place has to come before.
        foreach (string text in Texts(value).Where(text => !_texts.ContainsKey(text)))
        {
            _texts.Add(text, _values.Count);
            Write(_values, text);
        }

        int offset = _values.Count;
        Write(_values, value, usesPointers: true);
        int node = 0;
        for (int bit = 0; bit < length; bit++)
        {
            int side = (address[bit / 8] >> (7 - (bit % 8))) & 1;
            if (bit == length - 1)
            {
                _nodes[node][side] = -2 - offset;
            }
            else if (_nodes[node][side] < 0)
            {
                _nodes.Add([Empty, Empty]);
                node = _nodes[node][side] = _nodes.Count - 1;
            }
            else
            {
                node = _nodes[node][side];
            }
        }

        return this;
    }

    public byte[] ToArray(Dictionary<string, object>? metadata = null)
    {
        List<byte> file = [];
        foreach (int[] node in _nodes)
        {
            WriteNode(file, Record(node[0]), Record(node[1]));
        }

        file.AddRange(new byte[16]);
        file.AddRange(_values);
        file.AddRange([0xAB, 0xCD, 0xEF]);
        file.AddRange("MaxMind.com"u8);
        Write(file, metadata ?? new Dictionary<string, object>
        {
            ["node_count"] = (uint)_nodes.Count,
            ["record_size"] = (uint)recordBits,
            ["ip_version"] = (uint)version,
            ["binary_format_major_version"] = 2U,
            ["database_type"] = databaseType,
            ["languages"] = new object[] { "en" },
        });
        return [.. file];
    }

    private uint Record(int child) => child == Empty ? (uint)_nodes.Count : child >= 0 ? (uint)child : (uint)(_nodes.Count + 16 + (-2 - child));

    private void WriteNode(List<byte> file, uint left, uint right)
    {
        switch (recordBits)
        {
            case 24:
                file.AddRange([(byte)(left >> 16), (byte)(left >> 8), (byte)left, (byte)(right >> 16), (byte)(right >> 8), (byte)right]);
                break;
            case 28:
                file.AddRange([(byte)(left >> 16), (byte)(left >> 8), (byte)left, (byte)(((left >> 24) << 4) | (right >> 24)), (byte)(right >> 16), (byte)(right >> 8), (byte)right]);
                break;
            default:
                Span<byte> both = stackalloc byte[8];
                BinaryPrimitives.WriteUInt32BigEndian(both, left);
                BinaryPrimitives.WriteUInt32BigEndian(both[4..], right);
                file.AddRange(both);
                break;
        }
    }

    private static IEnumerable<string> Texts(object value) => value switch
    {
        string text => [text],
        Dictionary<string, object> map => map.Keys.Concat(map.Values.SelectMany(Texts)),
        object[] array => array.SelectMany(Texts),
        _ => [],
    };

    private void Write(List<byte> section, object value, bool usesPointers = false)
    {
        switch (value)
        {
            case string text when usesPointers:
                WritePointer(section, _texts[text]);
                break;
            case string text:
                byte[] octets = Encoding.UTF8.GetBytes(text);
                WriteControl(section, 2, octets.Length);
                section.AddRange(octets);
                break;
            case Dictionary<string, object> map:
                WriteControl(section, 7, map.Count);
                foreach ((string key, object entry) in map)
                {
                    Write(section, key, usesPointers);
                    Write(section, entry, usesPointers);
                }

                break;
            case object[] array:
                WriteControl(section, 11, array.Length);
                foreach (object entry in array)
                {
                    Write(section, entry, usesPointers);
                }

                break;
            case double number:
                WriteControl(section, 3, 8);
                Span<byte> bits = stackalloc byte[8];
                BinaryPrimitives.WriteDoubleBigEndian(bits, number);
                section.AddRange(bits);
                break;
            case uint number:
                WriteControl(section, 6, 4);
                section.AddRange([(byte)(number >> 24), (byte)(number >> 16), (byte)(number >> 8), (byte)number]);
                break;
            case bool isSo:
                WriteControl(section, 14, isSo ? 1 : 0);
                break;
            default:
                throw new NotSupportedException();
        }
    }

    private static void WriteControl(List<byte> section, int type, int size)
    {
        int small = Math.Min(size, size < 29 ? size : size < 285 ? 29 : 30);
        section.Add((byte)((type < 8 ? type << 5 : 0) | small));
        if (type >= 8)
        {
            section.Add((byte)(type - 7));
        }

        if (small == 29)
        {
            section.Add((byte)(size - 29));
        }
        else if (small == 30)
        {
            section.AddRange([(byte)((size - 285) >> 8), (byte)(size - 285)]);
        }
    }

    private static void WritePointer(List<byte> section, int target)
    {
        if (target < 2048)
        {
            section.AddRange([(byte)(0x20 | (target >> 8)), (byte)target]);
        }
        else
        {
            section.AddRange([(byte)(0x28 | ((target - 2048) >> 16)), (byte)((target - 2048) >> 8), (byte)(target - 2048)]);
        }
    }
}
