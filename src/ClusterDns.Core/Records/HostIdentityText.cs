using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using ClusterDns.Core.Wire;

namespace ClusterDns.Core.Records;

/// <summary>Algorithm, tag and public key of a HIP record (RFC 8005 sections 5 and 6), whose lengths come first.</summary>
internal static class HostIdentityText
{
    private const int HeaderLength = 4;

    public static int Measure(ReadOnlySpan<byte> rest)
    {
        if (rest.Length < HeaderLength)
        {
            return RdataForm.Malformed;
        }

        int key = BinaryPrimitives.ReadUInt16BigEndian(rest[2..]);
        return rest[0] == 0 || key == 0 ? RdataForm.Malformed : HeaderLength + rest[0] + key;
    }

    public static void Append(StringBuilder text, ReadOnlySpan<byte> octets)
    {
        int key = HeaderLength + octets[0];
        text.Append(CultureInfo.InvariantCulture, $"{octets[1]} ")
            .Append(Convert.ToHexString(octets[HeaderLength..key])).Append(' ')
            .Append(Convert.ToBase64String(octets[key..]));
    }

    /// <summary>Reads the three words.</summary>
    /// <returns>What is wrong; null when nothing is.</returns>
    public static string? Read(ref RdataTextReader words, ref WireWriter writer)
    {
        if (!words.TryRead(out ReadOnlySpan<char> word, out _)
            || !byte.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out byte algorithm))
        {
            return "an algorithm, a number up to 255, is missing";
        }

        if (!words.TryRead(out ReadOnlySpan<char> tag, out _) || !words.TryRead(out ReadOnlySpan<char> key, out _))
        {
            return "a host identity tag and a public key are missing";
        }

        int tagLength = tag.Length / 2;
        int keyLength = (key.Length / 4 * 3) - (key.EndsWith("==", StringComparison.Ordinal) ? 2 : key is [.., '='] ? 1 : 0);
        if (tagLength > byte.MaxValue)
        {
            return $"'{tag}' is not a host identity tag of up to 255 octets";
        }

        bool hasRoom = keyLength <= ushort.MaxValue
            && writer.TryWriteByte((byte)tagLength)
            && writer.TryWriteByte(algorithm)
            && writer.TryWriteUInt16((ushort)keyLength);
        return hasRoom
            ? BinaryText.WriteHexadecimal(tag, ref writer) ?? BinaryText.WriteBase64(key, ref writer)
            : RdataTextReader.TooLong;
    }
}
