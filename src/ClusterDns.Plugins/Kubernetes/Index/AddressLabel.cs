using System.Buffers.Binary;
using System.Globalization;

namespace ClusterDns.Plugins.Kubernetes.Index;

/// <summary>
/// Writes the label that an address is, with dashes for what separates its numbers: of IPv6 in the one form that RFC 5952 has, but for
/// IPv4 addresses within it, which an API server does not write either.
/// </summary>
internal static class AddressLabel
{
    /// <summary>No label of an address is longer.</summary>
    public const int MaxLength = 40;

    private const int IPv6Groups = 8;

    /// <summary>Writes an address.</summary>
    /// <param name="address">The address, 4 or 16 bytes.</param>
    /// <param name="text">Where its text is written.</param>
    /// <returns>How long the text is.</returns>
    public static int Write(ReadOnlySpan<byte> address, Span<byte> text)
    {
        int length = 0;
        if (address.Length == 4)
        {
            foreach (byte octet in address)
            {
                Separate(text, ref length);
                octet.TryFormat(text[length..], out int digits, provider: CultureInfo.InvariantCulture);
                length += digits;
            }

            return length;
        }

        (int gap, int end) = FindZeros(address);
        for (int group = 0; group < IPv6Groups; group++)
        {
            if (group == gap)
            {
                text[length++] = (byte)'-';
                text[length++] = (byte)'-';
                group = end - 1;
                continue;
            }

            if (group != end)
            {
                Separate(text, ref length);
            }

            GetGroup(address, group).TryFormat(text[length..], out int digits, "x", CultureInfo.InvariantCulture);
            length += digits;
        }

        if (end == IPv6Groups)
        {
            // No label ends with a dash.
            text[length++] = (byte)'0';
        }

        return length;
    }

    private static void Separate(Span<byte> text, ref int length)
    {
        if (length > 0)
        {
            text[length++] = (byte)'-';
        }
    }

    /// <summary>The longest run of groups that are zero, the first of several; there is none where it would be of one group.</summary>
    private static (int Start, int End) FindZeros(ReadOnlySpan<byte> address)
    {
        (int start, int end) = (-1, -1);
        for (int group = 0; group < IPv6Groups; group++)
        {
            int after = group;
            while (after < IPv6Groups && GetGroup(address, after) == 0)
            {
                after++;
            }

            if (after - group > Math.Max(1, end - start))
            {
                (start, end) = (group, after);
            }

            group = Math.Max(group, after);
        }

        return (start, end);
    }

    private static ushort GetGroup(ReadOnlySpan<byte> address, int group) => BinaryPrimitives.ReadUInt16BigEndian(address[(group * 2)..]);
}
