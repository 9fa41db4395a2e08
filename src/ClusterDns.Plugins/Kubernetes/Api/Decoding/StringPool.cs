using System.Buffers;
using System.Text;
using System.Text.Json;
using ClusterDns.Plugins.Common;

namespace ClusterDns.Plugins.Kubernetes.Api.Decoding;

/// <summary>
/// Makes strings of JSON text, and the same string of the same text as long as it is remembered: a cluster's objects repeat
/// namespaces, names of Services, ports and zones. It remembers a fixed number. Not thread-safe.
/// </summary>
internal sealed class StringPool
{
    private const int Capacity = 1024;
    private const int MaxLength = 64;

    private readonly string?[] _known = new string?[Capacity];

    /// <summary>Goes from a property's name to its value, which is to be text.</summary>
    /// <param name="reader">The reader.</param>
    /// <returns>The text; empty for anything else.</returns>
    public string Read(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
        {
            return Get(ref reader);
        }

        JsonWalk.Skip(ref reader);
        return "";
    }

    /// <summary>The string that the reader is at.</summary>
    /// <param name="reader">The reader, at a string.</param>
    public string Get(ref Utf8JsonReader reader)
    {
        long length = reader.HasValueSequence ? reader.ValueSequence.Length : reader.ValueSpan.Length;
        if (reader.ValueIsEscaped || length > MaxLength)
        {
            return reader.GetString()!;
        }

        Span<byte> copy = stackalloc byte[MaxLength];
        scoped ReadOnlySpan<byte> text = reader.ValueSpan;
        if (reader.HasValueSequence)
        {
            reader.ValueSequence.CopyTo(copy);
            text = copy[..(int)length];
        }

        ulong hash = 0;
        foreach (byte octet in text)
        {
            hash = unchecked((hash * 31) + octet);
        }

        ref string? known = ref _known[SplitMix64.Mix(hash) % Capacity];
        if (known is null || !IsSame(known, text))
        {
            known = reader.GetString()!;
        }

        return known;
    }

    private static bool IsSame(string known, ReadOnlySpan<byte> text)
        => known.Length == text.Length && Ascii.Equals(text, known);
}
