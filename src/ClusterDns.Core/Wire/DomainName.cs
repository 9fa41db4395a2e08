namespace ClusterDns.Core.Wire;

/// <summary>
/// Domain names in wire form without compression: labels, each after its length octet, ending with the root's zero
/// (RFC 1035 3.1). Unless said otherwise, an argument named <c>name</c> or <c>zone</c> must be such a name.
/// </summary>
public static partial class DomainName
{
    /// <summary>The most octets of a name in wire form, the root's zero included (RFC 1035 2.3.4).</summary>
    public const int MaxWireLength = 255;

    /// <summary>The most octets of a label (RFC 1035 2.3.4).</summary>
    public const int MaxLabelLength = 63;

    /// <summary>The most labels of a name, the root not counted.</summary>
    public const int MaxLabels = 127;

    /// <summary>The root, one zero octet.</summary>
    public static ReadOnlySpan<byte> Root => [0];

    /// <summary>Finds where the uncompressed name at the start of <paramref name="wire"/> ends.</summary>
    /// <returns>False when there is no whole name: cut off, compressed, or longer than 255 octets.</returns>
    public static bool TryGetLength(ReadOnlySpan<byte> wire, out int length)
    {
        int position = 0;
        while ((uint)position < (uint)wire.Length && position < MaxWireLength)
        {
            int label = wire[position];
            if (label == 0)
            {
                length = position + 1;
                return true;
            }

            if (label > MaxLabelLength)
            {
                break;
            }

            position += label + 1;
        }

        length = 0;
        return false;
    }

    /// <summary>Whether <paramref name="wire"/> is one whole uncompressed name and nothing else.</summary>
    public static bool IsValid(ReadOnlySpan<byte> wire) =>
        TryGetLength(wire, out int length) && length == wire.Length;

    /// <summary>Compares without regard to ASCII case (RFC 4343 3). Holds for any part of a name as well.</summary>
    public static bool Equals(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) => CaseFolding.Equals(left, right);

    /// <summary>
    /// A hash without regard to ASCII case, of a name or of any part of one. It differs from process to process, since
    /// clients choose the names.
    /// </summary>
    public static int GetHashCode(ReadOnlySpan<byte> name)
    {
        ulong hash = KeyedHash.OfFolded(name);
        return (int)(hash ^ (hash >> 32));
    }

    /// <summary>As <see cref="GetHashCode(ReadOnlySpan{byte})"/>, with all 64 bits.</summary>
    public static ulong GetHashCode64(ReadOnlySpan<byte> name) => KeyedHash.OfFolded(name);

    /// <summary>
    /// Writes a name, or any part of one, with its ASCII letters in lower case. Both may be the same octets.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="destination"/> is shorter.</exception>
    public static void ToLowerInvariant(ReadOnlySpan<byte> name, Span<byte> destination) =>
        CaseFolding.ToLower(name, destination);

    /// <summary>The number of labels, the root not counted: 0 for the root, 2 for <c>example.org.</c>.</summary>
    public static int CountLabels(ReadOnlySpan<byte> name)
    {
        int labels = 0;
        for (int position = 0; name[position] != 0; position += name[position] + 1)
        {
            labels++;
        }

        return labels;
    }

    /// <summary>The name without its first label: <c>org.</c> of <c>example.org.</c>; the root of the root.</summary>
    public static ReadOnlySpan<byte> Parent(ReadOnlySpan<byte> name) => name[0] == 0 ? name : name[(name[0] + 1)..];

    /// <summary>
    /// Whether <paramref name="name"/> is <paramref name="zone"/> or lies below it, without regard to case. Labels are
    /// compared whole: <c>badexample.org.</c> is not below <c>example.org.</c>.
    /// </summary>
    public static bool IsSubdomainOf(ReadOnlySpan<byte> name, ReadOnlySpan<byte> zone)
    {
        int start = name.Length - zone.Length;
        int position = 0;
        while (position < start)
        {
            position += name[position] + 1;
        }

        return position == start && CaseFolding.Equals(name[start..], zone);
    }
}
