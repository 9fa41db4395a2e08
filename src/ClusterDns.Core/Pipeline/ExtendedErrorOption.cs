using System.Buffers.Binary;
using ClusterDns.Core.Wire;

namespace ClusterDns.Core.Pipeline;

/// <summary>The extended error among EDNS options (RFC 8914 section 2).</summary>
internal static class ExtendedErrorOption
{
    /// <summary>The most bytes of EXTRA-TEXT that a response carries.</summary>
    internal const int MaxTextLength = byte.MaxValue;

    private const int CodeLength = 2;
    private const byte ContinuationMask = 0xC0;
    private const byte Continuation = 0x80;

    /// <summary>Finds the first one.</summary>
    /// <param name="options">The options in wire form.</param>
    /// <param name="code">The INFO-CODE.</param>
    /// <param name="text">The EXTRA-TEXT; of a longer one than responses carry, whole characters of its beginning.</param>
    /// <returns>False when there is none.</returns>
    internal static bool TryFind(ReadOnlySpan<byte> options, out ushort code, out ReadOnlySpan<byte> text)
    {
        if (!EdnsOptionReader.TryFind(options, EdnsOptionCode.ExtendedError, out ReadOnlySpan<byte> data) || data.Length < CodeLength)
        {
            code = 0;
            text = default;
            return false;
        }

        code = BinaryPrimitives.ReadUInt16BigEndian(data);
        data = data[CodeLength..];
        int length = Math.Min(data.Length, MaxTextLength);
        while (length > 0 && length < data.Length && (data[length] & ContinuationMask) == Continuation)
        {
            length--;
        }

        text = data[..length];
        return true;
    }

    /// <summary>Sets the extended error in place of the one that is there.</summary>
    /// <param name="options">The options.</param>
    /// <param name="code">The INFO-CODE.</param>
    /// <param name="text">The EXTRA-TEXT, at most <see cref="MaxTextLength"/> bytes.</param>
    internal static void Set(EdnsOptionList options, ushort code, ReadOnlySpan<byte> text)
    {
        Span<byte> data = stackalloc byte[CodeLength + MaxTextLength];
        BinaryPrimitives.WriteUInt16BigEndian(data, code);
        text.CopyTo(data[CodeLength..]);
        options.TrySet(EdnsOptionCode.ExtendedError, data[..(CodeLength + text.Length)]);
    }
}
