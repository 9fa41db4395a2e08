using System.Buffers.Binary;
using ClusterDns.Core.Wire;

namespace ClusterDns.Core.Pipeline;

/// <summary>Finds the extended error of a message (RFC 8914).</summary>
internal static class ExtendedErrorOption
{
    /// <summary>The most bytes of EXTRA-TEXT that a response carries.</summary>
    internal const int MaxTextLength = byte.MaxValue;

    private const int CodeLength = 2;
    private const byte ContinuationMask = 0xC0;
    private const byte Continuation = 0x80;

    /// <summary>Finds the first one.</summary>
    /// <param name="message">The message.</param>
    /// <param name="edns">Its OPT record.</param>
    /// <param name="code">The INFO-CODE.</param>
    /// <param name="text">The EXTRA-TEXT within the message; of a longer one, whole characters of its beginning.</param>
    /// <returns>False when there is none.</returns>
    internal static bool TryFind(byte[] message, in EdnsView edns, out ushort code, out ReadOnlyMemory<byte> text)
    {
        if (!EdnsOptionReader.TryFind(edns.Options(message), EdnsOptionCode.ExtendedError, out ReadOnlySpan<byte> data) ||
            data.Length < CodeLength)
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

        message.AsSpan().Overlaps(data, out int offset);
        text = length == 0 ? default : message.AsMemory(offset, length);
        return true;
    }
}
