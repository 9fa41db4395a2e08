using System.Buffers.Binary;
using ClusterDns.Server.Listeners.Tcp;

namespace ClusterDns.Fuzz.Targets;

/// <summary>A TCP stream in pieces: the messages that are cut out of it are those of the whole stream, however it was cut.</summary>
internal sealed class StreamTarget : FuzzTarget
{
    /// <inheritdoc/>
    public override string Name => "streams";

    /// <inheritdoc/>
    public override IReadOnlyList<byte[]> Corpus { get; } =
        [.. PacketCorpus.Create().Chunk(3).Select(static packets => packets.SelectMany(static packet => (byte[])[(byte)(packet.Length >> 8), (byte)packet.Length, .. packet]).ToArray())];

    /// <inheritdoc/>
    public override string? Run(byte[] input)
    {
        List<byte[]> expected = [];
        int at = 0;
        while (input.Length - at >= 2 && input.Length - at - 2 >= BinaryPrimitives.ReadUInt16BigEndian(input.AsSpan(at)))
        {
            int length = BinaryPrimitives.ReadUInt16BigEndian(input.AsSpan(at));
            expected.Add(input[(at + 2)..(at + 2 + length)]);
            at += 2 + length;
        }

        Accepted += expected.Count;
        FrameBuffer frames = new();
        List<byte[]> got = [];
        try
        {
            int piece = 1 + (input.Length == 0 ? 0 : input[^1] % 7);
            for (int sent = 0; sent < input.Length;)
            {
                if (!frames.TryGetRoom(out Memory<byte> room))
                {
                    return "no room, though memory is not bounded here";
                }

                int count = Math.Min(Math.Min(piece, room.Length), input.Length - sent);
                input.AsSpan(sent, count).CopyTo(room.Span);
                frames.Advance(count);
                sent += count;
                piece = (piece * 3) + 1;
                while (frames.TryTake(out ReadOnlySpan<byte> message))
                {
                    got.Add(message.ToArray());
                }
            }

            return frames.HasPart != at < input.Length ? "a part is not where it is"
                : got.Count == expected.Count && got.Zip(expected).All(static pair => pair.First.AsSpan().SequenceEqual(pair.Second)) ? null
                : $"{got.Count} messages, not the {expected.Count} of the stream";
        }
        finally
        {
            frames.Release();
        }
    }
}
