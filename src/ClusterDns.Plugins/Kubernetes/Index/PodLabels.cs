using System.Buffers.Binary;
using System.Text;

namespace ClusterDns.Plugins.Kubernetes.Index;

/// <summary>A Pod's labels in few bytes: names and values in turn, each in UTF-8 behind its length.</summary>
internal static class PodLabels
{
    /// <summary>The most bytes that are kept of a Pod; labels that do not fit are left out.</summary>
    public const int MaxLength = 16 * 1024;

    private const int LengthLength = 2;

    /// <summary>Puts labels together.</summary>
    /// <param name="labels">The labels.</param>
    public static byte[] Create(IReadOnlyList<KeyValuePair<string, string>> labels)
    {
        List<byte> bytes = [];
        foreach ((string name, string value) in labels)
        {
            int length = (2 * LengthLength) + Encoding.UTF8.GetByteCount(name) + Encoding.UTF8.GetByteCount(value);
            if (bytes.Count + length <= MaxLength)
            {
                Add(bytes, name);
                Add(bytes, value);
            }
        }

        return [.. bytes];
    }

    /// <summary>The value of a label; null where there is none of its name.</summary>
    /// <param name="labels">The labels.</param>
    /// <param name="name">The label's name.</param>
    public static string? Find(ReadOnlySpan<byte> labels, string name)
    {
        while (!labels.IsEmpty)
        {
            ReadOnlySpan<byte> found = Take(ref labels);
            ReadOnlySpan<byte> value = Take(ref labels);
            if (string.Equals(Encoding.UTF8.GetString(found), name, StringComparison.Ordinal))
            {
                return Encoding.UTF8.GetString(value);
            }
        }

        return null;
    }

    private static void Add(List<byte> bytes, string text)
    {
        byte[] encoded = Encoding.UTF8.GetBytes(text);
        bytes.Add((byte)(encoded.Length >> 8));
        bytes.Add((byte)encoded.Length);
        bytes.AddRange(encoded);
    }

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> labels)
    {
        ReadOnlySpan<byte> text = labels.Slice(LengthLength, BinaryPrimitives.ReadUInt16BigEndian(labels));
        labels = labels[(LengthLength + text.Length)..];
        return text;
    }
}
