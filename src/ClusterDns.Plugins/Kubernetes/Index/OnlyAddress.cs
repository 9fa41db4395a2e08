using ClusterDns.Plugins.Kubernetes.Objects;

namespace ClusterDns.Plugins.Kubernetes.Index;

/// <summary>
/// Two bytes behind the key of a Service: where, counted from the end of the key, its only IPv4 and its only IPv6 address are. The most
/// frequent question of a cluster is answered from the bytes that the table compares with the name; nothing else is read.
/// </summary>
internal static class OnlyAddress
{
    /// <summary>How many bytes it takes.</summary>
    public const int Length = 2;

    private const byte None = 0;
    private const byte Unknown = byte.MaxValue;

    /// <summary>Writes it: unknown where the Service has no address of its own, no port, or several addresses of a family.</summary>
    /// <param name="data">The Service's bytes: key, room for this, addresses.</param>
    /// <param name="keyLength">The length of the key.</param>
    /// <param name="kind">How the Service is reached.</param>
    /// <param name="addresses">Its addresses, by their offsets in the bytes.</param>
    /// <param name="ports">Its ports.</param>
    public static void Write(Span<byte> data, int keyLength, ServiceKind kind, ReadOnlySpan<AddressEntry> addresses, ReadOnlySpan<PortEntry> ports)
    {
        Span<byte> offsets = data.Slice(keyLength, Length);
        offsets.Fill(kind == ServiceKind.ClusterIP && ports.Length > 0 ? None : Unknown);
        foreach (AddressEntry address in addresses)
        {
            ref byte offset = ref offsets[address.Length == 4 ? 0 : 1];
            if (offset != None)
            {
                offsets.Fill(Unknown);
                return;
            }

            offset = (byte)(address.Offset - keyLength);
        }
    }

    /// <summary>Reads it.</summary>
    /// <param name="source">The bytes of a <see cref="ServiceEntry"/>, which begin with the key.</param>
    /// <param name="keyLength">The length of the key.</param>
    /// <param name="isIPv4">The family.</param>
    /// <param name="offset">Where the address is in the bytes; 0 where the Service has none of the family.</param>
    /// <returns>False where the Service has to be looked at in full.</returns>
    public static bool TryRead(ReadOnlySpan<byte> source, int keyLength, bool isIPv4, out int offset)
    {
        // Slices of a Service that is not there have the key alone.
        byte distance = source.Length < keyLength + Length ? Unknown : source[keyLength + (isIPv4 ? 0 : 1)];
        offset = distance == None ? 0 : keyLength + distance;
        return distance != Unknown;
    }
}
