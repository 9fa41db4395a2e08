using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Rewrite.Names;

namespace ClusterDns.Plugins.Rewrite.Rules;

/// <summary>The data that a rule puts into an EDNS option.</summary>
internal abstract class EdnsData
{
    /// <summary>The most octets: the text of every name fits.</summary>
    public const int MaxLength = 1024;

    /// <summary>No data.</summary>
    public static EdnsData Empty { get; } = new ConstantData([]);

    /// <summary>Whether <c>append</c> adds the option to a query that has it.</summary>
    public virtual bool MayRepeat => false;

    /// <summary>Writes the data for a query.</summary>
    /// <param name="query">The query.</param>
    /// <param name="destination">Where to: <see cref="MaxLength"/> octets.</param>
    /// <param name="length">How many octets were written.</param>
    /// <returns>False where there is none; the rule is ignored then.</returns>
    public abstract bool TryWrite(Query query, scoped Span<byte> destination, out int length);
}

/// <summary>The same data for every query.</summary>
/// <param name="data">The data.</param>
internal sealed class ConstantData(byte[] data) : EdnsData
{
    /// <inheritdoc/>
    public override bool MayRepeat => true;

    /// <inheritdoc/>
    public override bool TryWrite(Query query, scoped Span<byte> destination, out int length)
    {
        data.CopyTo(destination);
        length = data.Length;
        return true;
    }
}

/// <summary>The client's network (RFC 7871 section 6).</summary>
/// <param name="firstBits">The prefix length for an IPv4 address in bits.</param>
/// <param name="secondBits">The prefix length for an IPv6 address in bits.</param>
internal sealed class ClientSubnetData(int firstBits, int secondBits) : EdnsData
{
    private const int PrefixLength = 4;
    private const int AddressLength = 16;

    /// <inheritdoc/>
    public override bool TryWrite(Query query, scoped Span<byte> destination, out int length)
    {
        Span<byte> address = stackalloc byte[AddressLength];
        int family = query.Remote.WriteAddressBytes(address) == AddressLength ? 2 : 1;
        int bits = family == 1 ? firstBits : secondBits;
        int octets = (bits + 7) / 8;
        BinaryPrimitives.WriteUInt16BigEndian(destination, (ushort)family);
        destination[2] = (byte)bits;
        destination[3] = 0;
        address[..octets].CopyTo(destination[PrefixLength..]);
        if (bits % 8 != 0)
        {
            destination[PrefixLength + octets - 1] &= (byte)(0xFF << (8 - (bits % 8)));
        }

        length = PrefixLength + octets;
        return true;
    }
}

/// <summary>Something that is known of the query.</summary>
internal sealed class EdnsVariable : EdnsData
{
    private readonly Writer _write;

    private EdnsVariable(Writer write) => _write = write;

    private delegate int Writer(Query query, Span<byte> destination);

    /// <summary>The names of the variables, beside those of metadata.</summary>
    public static IReadOnlyList<string> Names { get; } = ["qname", "qtype", "client_ip", "client_port", "protocol", "server_ip", "server_port"];

    /// <summary>A variable.</summary>
    /// <param name="name">The name, or a name of metadata.</param>
    /// <returns>Null where it is neither.</returns>
    public static EdnsVariable? TryCreate(string name)
    {
        Writer? write = name switch
        {
            "qname" => WriteName,
            "qtype" => static (query, destination) => WriteNumber((ushort)query.Type, destination),
            "client_ip" => static (query, destination) => query.Remote.WriteAddressBytes(destination),
            "client_port" => static (query, destination) => WriteNumber(query.Remote.Port, destination),
            "protocol" => static (query, destination) => WriteText(query.Transport == TransportProtocol.Udp ? "udp" : "tcp", destination),
            "server_ip" => static (query, destination) => query.Local.WriteAddressBytes(destination),
            "server_port" => static (query, destination) => WriteNumber(query.Local.Port, destination),
            _ => null,
        };
        int slash = name.IndexOf('/', StringComparison.Ordinal);
        if (write is null && slash > 0 && slash < name.Length - 1)
        {
            write = (query, destination) => WriteText(query.GetMetadata(name) ?? "", destination);
        }

        return write is null ? null : new EdnsVariable(write);
    }

    /// <inheritdoc/>
    public override bool TryWrite(Query query, scoped Span<byte> destination, out int length)
    {
        length = _write(query, destination);
        return length > 0;
    }

    [SkipLocalsInit]
    private static int WriteName(Query query, Span<byte> destination)
    {
        NameText name = new(destination, default);
        name.Set(query.QuestionName);
        return name.Bytes.Length;
    }

    private static int WriteNumber(ushort number, Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt16BigEndian(destination, number);
        return sizeof(ushort);
    }

    /// <summary>A text that is too long counts as none.</summary>
    private static int WriteText(string text, Span<byte> destination) => Encoding.UTF8.TryGetBytes(text, destination, out int length) ? length : 0;
}
