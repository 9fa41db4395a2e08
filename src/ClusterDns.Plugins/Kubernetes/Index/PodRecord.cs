namespace ClusterDns.Plugins.Kubernetes.Index;

/// <summary>
/// A Pod in the bytes of a <see cref="PodStore"/>: whether it was heard of in the last relist, the length of its address, the address,
/// the length of what names it, and that.
/// </summary>
internal readonly ref struct PodRecord
{
    private const int HeaderLength = 2;
    private const int NameLengthLength = 2;

    private readonly ReadOnlySpan<byte> _bytes;

    /// <summary>A record.</summary>
    /// <param name="bytes">Bytes that begin with it.</param>
    public PodRecord(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <summary>Whether it was heard of in the last relist; the writer's.</summary>
    public bool IsHeard => _bytes[0] != 0;

    /// <summary>The address, 4 or 16 bytes.</summary>
    public ReadOnlySpan<byte> Address => _bytes.Slice(HeaderLength, _bytes[1]);

    /// <summary>What names it: its namespace as one label in wire form, then its name.</summary>
    public ReadOnlySpan<byte> Name
    {
        get
        {
            int offset = HeaderLength + _bytes[1];
            return _bytes.Slice(offset + NameLengthLength, (_bytes[offset] << 8) | _bytes[offset + 1]);
        }
    }

    /// <summary>Its namespace as one label in wire form.</summary>
    public ReadOnlySpan<byte> NamespaceLabel => Name[..(Name[0] + 1)];

    /// <summary>Its name within the namespace, in UTF-8.</summary>
    public ReadOnlySpan<byte> ShortName => Name[(Name[0] + 1)..];

    /// <summary>How many bytes it takes.</summary>
    public int Length => GetLength(Name, Address);

    /// <summary>How many bytes a record takes.</summary>
    /// <param name="name">What names the Pod.</param>
    /// <param name="address">The address.</param>
    public static int GetLength(ReadOnlySpan<byte> name, ReadOnlySpan<byte> address)
        => HeaderLength + address.Length + NameLengthLength + name.Length;

    /// <summary>Writes a record, heard of.</summary>
    /// <param name="name">What names the Pod.</param>
    /// <param name="address">The address.</param>
    /// <param name="bytes">Where it is written.</param>
    public static void Write(ReadOnlySpan<byte> name, ReadOnlySpan<byte> address, Span<byte> bytes)
    {
        bytes[0] = 1;
        bytes[1] = (byte)address.Length;
        address.CopyTo(bytes[HeaderLength..]);
        Span<byte> rest = bytes[(HeaderLength + address.Length)..];
        rest[0] = (byte)(name.Length >> 8);
        rest[1] = (byte)name.Length;
        name.CopyTo(rest[NameLengthLength..]);
    }
}
