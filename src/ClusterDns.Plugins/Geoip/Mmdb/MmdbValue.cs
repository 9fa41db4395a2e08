using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace ClusterDns.Plugins.Geoip.Mmdb;

/// <summary>The types of values (MaxMind DB format 2.0, "Data Field Format").</summary>
internal enum MmdbType
{
    Extended = 0,
    Pointer = 1,
    Text = 2,
    Double = 3,
    Bytes = 4,
    UInt16 = 5,
    UInt32 = 6,
    Map = 7,
    Int32 = 8,
    UInt64 = 9,
    UInt128 = 10,
    Array = 11,
    Boolean = 14,
    Float = 15,
}

/// <summary>Where a value stands, in octets from the start of the section that it is in. Pointers are followed already.</summary>
/// <param name="Type">Its type.</param>
/// <param name="Offset">Where its octets start; those of a map or an array are its entries.</param>
/// <param name="Size">How many octets or entries it has; 0 or 1 for a boolean.</param>
internal readonly record struct MmdbValue(MmdbType Type, int Offset, int Size)
{
    /// <summary>The value as text, as CoreDNS writes it; null for a map, an array, or another type without a text.</summary>
    /// <param name="section">The section.</param>
    public string? ToText(ReadOnlySpan<byte> section)
    {
        ReadOnlySpan<byte> octets = Type is MmdbType.Map or MmdbType.Array or MmdbType.Boolean ? default : section.Slice(Offset, Size);
        return Type switch
        {
            MmdbType.Text => Encoding.UTF8.GetString(octets),
            MmdbType.Double when Size == sizeof(double) => ToText(BinaryPrimitives.ReadDoubleBigEndian(octets)),
            MmdbType.Float when Size == sizeof(float) => ToText(BinaryPrimitives.ReadSingleBigEndian(octets)),
            MmdbType.UInt16 or MmdbType.UInt32 or MmdbType.UInt64 when Size <= sizeof(ulong) => ToNumber(octets).ToString(CultureInfo.InvariantCulture),
            MmdbType.Boolean => Size == 0 ? "false" : "true",
            _ => null,
        };
    }

    /// <summary>The value as a number; null where it is none.</summary>
    /// <param name="section">The section.</param>
    public long? ToNumberOrNull(ReadOnlySpan<byte> section)
        => Type is MmdbType.UInt16 or MmdbType.UInt32 && Size <= sizeof(uint) ? (long)ToNumber(section.Slice(Offset, Size)) : null;

    private static ulong ToNumber(ReadOnlySpan<byte> octets)
    {
        ulong number = 0;
        foreach (byte octet in octets)
        {
            number = (number << 8) | octet;
        }

        return number;
    }

    /// <summary>The shortest digits that stand for the number, never with an exponent.</summary>
    private static string ToText(double number)
    {
        string text = number.ToString(CultureInfo.InvariantCulture);
        return text.Contains('E', StringComparison.Ordinal) ? number.ToString("0.####################", CultureInfo.InvariantCulture) : text;
    }
}
