namespace ClusterDns.Core.Wire;

/// <summary>
/// Reading names that may be compressed (RFC 1035 4.1.4). A pointer must lead to before the labels that precede it, so
/// reading ends whatever the bytes; the number of pointers is bounded as well.
/// </summary>
public static class CompressedName
{
    /// <summary>The most pointers that are followed in one name; a name has no more labels than that.</summary>
    public const int MaxPointers = DomainName.MaxLabels;

    private const int PointerBits = 0xC0;

    /// <summary>Reads the name at <paramref name="offset"/> of a message, its case kept.</summary>
    /// <param name="message">The whole message, header included.</param>
    /// <param name="offset">Where the name begins.</param>
    /// <param name="destination">Receives the name without compression; 255 octets always suffice.</param>
    /// <param name="length">The octets written.</param>
    /// <param name="end">The offset of what follows the name in the message.</param>
    public static bool TryExpand(
        ReadOnlySpan<byte> message, int offset, Span<byte> destination, out int length, out int end)
    {
        length = 0;
        end = 0;
        int written = 0;
        int following = 0;
        int limit = Math.Min(destination.Length, DomainName.MaxWireLength);
        for (int pointers = 0; pointers <= MaxPointers; pointers++)
        {
            if (!TryWalkLabels(message, offset, out int stop))
            {
                return false;
            }

            bool isRoot = message[stop] == 0;
            int labels = stop - offset + (isRoot ? 1 : 0);
            if (labels > limit - written)
            {
                return false;
            }

            message.Slice(offset, labels).CopyTo(destination[written..]);
            written += labels;
            if (pointers == 0)
            {
                following = stop + (isRoot ? 1 : 2);
            }

            if (isRoot)
            {
                length = written;
                end = following;
                return true;
            }

            if (!TryReadPointer(message, stop, out int target) || target >= offset)
            {
                return false;
            }

            offset = target;
        }

        return false;
    }

    /// <summary>
    /// Finds the end of the name at <paramref name="offset"/> without following its pointer, if it has one.
    /// </summary>
    public static bool TrySkip(ReadOnlySpan<byte> message, int offset, out int end)
    {
        end = 0;
        if (!TryWalkLabels(message, offset, out int stop))
        {
            return false;
        }

        bool isRoot = message[stop] == 0;
        if (!isRoot && (!TryReadPointer(message, stop, out int target) || target >= offset))
        {
            return false;
        }

        end = stop + (isRoot ? 1 : 2);
        return true;
    }

    /// <summary>
    /// Checks the name at <paramref name="offset"/> with all that its pointers lead to: what passes can be expanded. A pointer into the
    /// header, whose octets are not a name, is rejected.
    /// </summary>
    /// <param name="message">The whole message, header included.</param>
    /// <param name="offset">Where the name begins.</param>
    /// <param name="end">The offset of what follows the name in the message.</param>
    public static bool TryCheck(ReadOnlySpan<byte> message, int offset, out int end) => TryMeasure(message, offset, out _, out end);

    /// <summary>As <see cref="TryCheck"/>, with the length of the name without compression.</summary>
    /// <param name="message">The whole message, header included.</param>
    /// <param name="offset">Where the name begins.</param>
    /// <param name="length">The octets of the name when expanded; the name is not compressed where it ends as many octets later.</param>
    /// <param name="end">The offset of what follows the name in the message.</param>
    public static bool TryMeasure(ReadOnlySpan<byte> message, int offset, out int length, out int end)
    {
        length = 0;
        end = 0;
        int octets = 0;
        for (int pointers = 0; pointers <= MaxPointers; pointers++)
        {
            if (!TryWalkLabels(message, offset, out int stop))
            {
                return false;
            }

            octets += stop - offset;
            bool isRoot = message[stop] == 0;
            end = pointers > 0 ? end : stop + (isRoot ? 1 : 2);
            if (isRoot || octets >= DomainName.MaxWireLength)
            {
                length = octets + 1;
                return octets < DomainName.MaxWireLength;
            }

            if (!TryReadPointer(message, stop, out int target) || target >= offset || target < DnsHeader.Length)
            {
                return false;
            }

            offset = target;
        }

        return false;
    }

    /// <summary>Walks over whole labels to the octet that ends them: the root's zero, or anything over 63.</summary>
    private static bool TryWalkLabels(ReadOnlySpan<byte> message, int offset, out int stop)
    {
        stop = offset;
        while ((uint)stop < (uint)message.Length && stop - offset < DomainName.MaxWireLength)
        {
            int label = message[stop];
            if (label is 0 or > DomainName.MaxLabelLength)
            {
                return true;
            }

            stop += label + 1;
        }

        return false;
    }

    /// <summary>Label types 01 and 10 were given up (RFC 6891 5); only 00 and 11 mean anything.</summary>
    internal static bool TryReadPointer(ReadOnlySpan<byte> message, int offset, out int target)
    {
        target = 0;
        if (message[offset] < PointerBits || offset + 1 >= message.Length)
        {
            return false;
        }

        target = ((message[offset] & ~PointerBits) << 8) | message[offset + 1];
        return true;
    }
}
