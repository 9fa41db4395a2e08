using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using ClusterDns.Core.Wire;

namespace ClusterDns.Core.Records;

/// <summary>Places on the earth, such as <c>52 22 23.000 N 4 53 32.000 E -2.00m 0.00m 10000m 10m</c> (RFC 1876 sections 2 and 3).</summary>
internal static class LocationText
{
    /// <summary>The octets of a place in version 0.</summary>
    public const int Length = 16;

    private const uint Equator = 1U << 31;
    private const uint ThousandthsPerDegree = 3600 * 1000;
    private const long AltitudeBase = 100000 * 100;

    /// <summary>1 m, 10 km and 10 m as mantissa and exponent of centimetres.</summary>
    private static ReadOnlySpan<byte> DefaultSizes => [0x12, 0x16, 0x13];

    /// <summary>Whether octets begin with a place that exists, of version 0.</summary>
    public static bool IsWellFormed(ReadOnlySpan<byte> octets)
        => octets.Length >= Length
            && octets[0] == 0
            && IsSize(octets[1]) && IsSize(octets[2]) && IsSize(octets[3])
            && Distance(BinaryPrimitives.ReadUInt32BigEndian(octets[4..])) <= 90 * ThousandthsPerDegree
            && Distance(BinaryPrimitives.ReadUInt32BigEndian(octets[8..])) <= 180 * ThousandthsPerDegree;

    public static void Append(StringBuilder text, ReadOnlySpan<byte> octets)
    {
        AppendAngle(text, BinaryPrimitives.ReadUInt32BigEndian(octets[4..]), 'N', 'S');
        AppendAngle(text, BinaryPrimitives.ReadUInt32BigEndian(octets[8..]), 'E', 'W');
        long altitude = BinaryPrimitives.ReadUInt32BigEndian(octets[12..]) - AltitudeBase;
        AppendMetres(text, altitude);
        for (int i = 1; i <= 3; i++)
        {
            text.Append(' ');
            AppendMetres(text, SizeOf(octets[i]));
        }
    }

    /// <summary>Reads a place up to the end; sizes have defaults.</summary>
    /// <returns>What is wrong; null when nothing is.</returns>
    public static string? Read(ref RdataTextReader words, ref WireWriter writer)
    {
        Span<byte> octets = stackalloc byte[Length];
        octets[0] = 0;
        DefaultSizes.CopyTo(octets[1..]);
        if (!TryReadAngle(ref words, 90, 'N', 'S', out uint latitude))
        {
            return "not a latitude: degrees up to 90, optional minutes and seconds, and N or S";
        }

        if (!TryReadAngle(ref words, 180, 'E', 'W', out uint longitude))
        {
            return "not a longitude: degrees up to 180, optional minutes and seconds, and E or W";
        }

        if (!TryReadMetres(ref words, out long altitude) || altitude < -AltitudeBase || altitude > uint.MaxValue - AltitudeBase)
        {
            return "not an altitude: metres from -100000.00 to 42849672.95";
        }

        BinaryPrimitives.WriteUInt32BigEndian(octets[4..], latitude);
        BinaryPrimitives.WriteUInt32BigEndian(octets[8..], longitude);
        BinaryPrimitives.WriteUInt32BigEndian(octets[12..], (uint)(altitude + AltitudeBase));
        for (int i = 1; i <= 3 && !words.IsAtEnd; i++)
        {
            if (!TryReadMetres(ref words, out long size) || size is < 0 or > 9_000_000_000)
            {
                return "not a size or precision: metres up to 90000000.00";
            }

            octets[i] = ToSize(size);
        }

        return writer.TryWriteBytes(octets) ? null : RdataTextReader.TooLong;
    }

    /// <summary>A digit and a power of ten; a power of nothing has no text of its own.</summary>
    private static bool IsSize(byte size) => (size >> 4) is <= 9 && (size & 15) <= 9 && (size >> 4 != 0 || size == 0);

    private static long SizeOf(byte size)
    {
        long centimetres = size >> 4;
        for (int i = size & 15; i > 0; i--)
        {
            centimetres *= 10;
        }

        return centimetres;
    }

    private static byte ToSize(long centimetres)
    {
        int exponent = 0;
        for (; centimetres > 9; centimetres /= 10)
        {
            exponent++;
        }

        return centimetres == 0 ? (byte)0 : (byte)((centimetres << 4) | (uint)exponent);
    }

    private static uint Distance(uint angle) => angle >= Equator ? angle - Equator : Equator - angle;

    private static void AppendAngle(StringBuilder text, uint angle, char positive, char negative)
    {
        uint distance = Distance(angle);
        uint thousandths = distance % 60_000;
        text.Append(
            CultureInfo.InvariantCulture,
            $"{distance / ThousandthsPerDegree} {distance / 60_000 % 60} {thousandths / 1000}.{thousandths % 1000:D3} {(angle >= Equator ? positive : negative)} ");
    }

    private static void AppendMetres(StringBuilder text, long centimetres)
    {
        long size = Math.Abs(centimetres);
        text.Append(CultureInfo.InvariantCulture, $"{(centimetres < 0 ? "-" : "")}{size / 100}.{size % 100:D2}m");
    }

    private static bool TryReadAngle(ref RdataTextReader words, uint most, char positive, char negative, out uint angle)
    {
        angle = 0;
        long distance = 0;
        long unit = ThousandthsPerDegree;
        for (int part = 0; words.TryRead(out ReadOnlySpan<char> word, out _); part++, unit /= 60)
        {
            if (part > 0 && word.Length == 1 && char.ToUpperInvariant(word[0]) is char side && (side == positive || side == negative))
            {
                angle = side == positive ? Equator + (uint)distance : Equator - (uint)distance;
                return distance <= most * (long)ThousandthsPerDegree;
            }

            NumberStyles style = part == 2 ? NumberStyles.AllowDecimalPoint : NumberStyles.None;
            if (part > 2 || word.Length > 8 || !decimal.TryParse(word, style, CultureInfo.InvariantCulture, out decimal number)
                || number >= (part == 0 ? 181 : 60) || number * 1000 % 1 != 0)
            {
                return false;
            }

            distance += (long)(number * unit);
        }

        return false;
    }

    private static bool TryReadMetres(ref RdataTextReader words, out long centimetres)
    {
        centimetres = 0;
        if (!words.TryRead(out ReadOnlySpan<char> word, out _))
        {
            return false;
        }

        ReadOnlySpan<char> number = word is [.., 'm' or 'M'] ? word[..^1] : word;
        const NumberStyles style = NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign;
        if (number.Length > 16 || !decimal.TryParse(number, style, CultureInfo.InvariantCulture, out decimal metres) || metres * 100 % 1 != 0)
        {
            return false;
        }

        centimetres = (long)(metres * 100);
        return true;
    }
}
