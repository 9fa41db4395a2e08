using System.Runtime.InteropServices;

namespace ClusterDns.Plugins.Geoip.Mmdb;

/// <summary>
/// Reads values of a section in place. Whatever the octets are, reading ends: every value has octets of its own, maps and arrays are nested up to
/// a bound, and no pointer leads to a pointer.
/// </summary>
/// <param name="octets">The section.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly ref struct MmdbSection(ReadOnlySpan<byte> octets)
{
    private const int MaxDepth = 16;
    private const int FirstExtendedType = 7;

    private readonly ReadOnlySpan<byte> _octets = octets;

    /// <summary>The section.</summary>
    public ReadOnlySpan<byte> Octets => _octets;

    /// <summary>Reads the value at an offset, and follows it where it is a pointer.</summary>
    /// <param name="offset">The offset.</param>
    /// <param name="value">The value.</param>
    /// <param name="end">What follows it; what follows the pointer, where it is one.</param>
    public bool TryRead(int offset, out MmdbValue value, out int end)
    {
        if (!TryReadField(offset, out value) || (value.Type == MmdbType.Pointer && (!TryReadField(value.Size, out MmdbValue target) || target.Type == MmdbType.Pointer)))
        {
            end = 0;
            return false;
        }

        end = value.Offset;
        if (value.Type == MmdbType.Pointer)
        {
            return TryReadField(value.Size, out value);
        }

        return value.Type is MmdbType.Map or MmdbType.Array or MmdbType.Boolean || Skip(ref end, value.Size);
    }

    /// <summary>Finds the value of a key.</summary>
    /// <param name="map">The map.</param>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    public bool TryFind(in MmdbValue map, ReadOnlySpan<byte> key, out MmdbValue value)
    {
        value = default;
        if (map.Type != MmdbType.Map)
        {
            return false;
        }

        int offset = map.Offset;
        for (int i = 0; i < map.Size; i++)
        {
            if (!TryRead(offset, out MmdbValue name, out offset) || name.Type != MmdbType.Text)
            {
                return false;
            }

            if (_octets.Slice(name.Offset, name.Size).SequenceEqual(key))
            {
                return TryRead(offset, out value, out _);
            }

            if (!TrySkip(ref offset, 0))
            {
                return false;
            }
        }

        return false;
    }

    /// <summary>Moves over a value, with all that is in it.</summary>
    /// <param name="offset">Where it is; becomes what follows it.</param>
    /// <param name="depth">In how many maps and arrays it is.</param>
    public bool TrySkip(ref int offset, int depth = 0)
    {
        if (depth > MaxDepth || !TryReadField(offset, out MmdbValue value))
        {
            return false;
        }

        offset = value.Offset;
        if (value.Type is not (MmdbType.Map or MmdbType.Array))
        {
            return value.Type is MmdbType.Pointer or MmdbType.Boolean || Skip(ref offset, value.Size);
        }

        for (long i = value.Type == MmdbType.Map ? 2L * value.Size : value.Size; i > 0; i--)
        {
            if (!TrySkip(ref offset, depth + 1))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Reads type and size. A pointer's size is where it leads to.</summary>
    private bool TryReadField(int offset, out MmdbValue value)
    {
        value = default;
        if ((uint)offset >= (uint)_octets.Length)
        {
            return false;
        }

        int control = _octets[offset++];
        MmdbType type = (MmdbType)(control >> 5);
        if (type == MmdbType.Pointer)
        {
            return TryReadPointer(control, offset, out value);
        }

        if (type == MmdbType.Extended)
        {
            if (offset >= _octets.Length)
            {
                return false;
            }

            type = (MmdbType)(_octets[offset++] + FirstExtendedType);
        }

        int size = control & 0x1F;
        int more = Math.Max(0, size - 28);
        if (!TryReadNumber(offset, more, out long added))
        {
            return false;
        }

        offset += more;
        size = more switch { 0 => size, 1 => 29 + (int)added, 2 => 285 + (int)added, _ => 65821 + (int)added };
        bool hasOctets = type is not (MmdbType.Map or MmdbType.Array or MmdbType.Boolean);
        value = new MmdbValue(type, offset, size);
        return !hasOctets || size <= _octets.Length - offset;
    }

    private bool TryReadPointer(int control, int offset, out MmdbValue value)
    {
        int length = ((control >> 3) & 3) + 1;
        value = default;
        if (!TryReadNumber(offset, length, out long target))
        {
            return false;
        }

        long high = control & 7;
        target = length switch
        {
            1 => (high << 8) + target,
            2 => (high << 16) + target + 2048,
            3 => (high << 24) + target + 526336,
            _ => target,
        };
        value = new MmdbValue(MmdbType.Pointer, offset + length, (int)Math.Min(target, int.MaxValue));
        return true;
    }

    private bool TryReadNumber(int offset, int length, out long number)
    {
        number = 0;
        if (length > _octets.Length - offset)
        {
            return false;
        }

        foreach (byte octet in _octets.Slice(offset, length))
        {
            number = (number << 8) | octet;
        }

        return true;
    }

    private bool Skip(ref int offset, int size)
    {
        offset += size;
        return offset <= _octets.Length;
    }
}
