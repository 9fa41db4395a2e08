using ClusterDns.Server.Listeners.Tcp;
using CsCheck;

namespace ClusterDns.Tests.Listeners;

public class FrameBufferTests
{
    [Fact]
    public void Messages_come_out_as_they_went_in_however_they_are_cut()
    {
        Gen<byte[][]> messages = Gen.Byte.Array[0, 5000].Array[1, 6];
        Gen<int> cut = Gen.Int[1, 3000];
        Gen.Select(messages, cut).Sample(static (messages, cut) =>
        {
            byte[] stream = TestQuery.Frame(messages);
            FrameBuffer buffer = new();
            List<byte[]> taken = [];
            for (int position = 0; position < stream.Length;)
            {
                Assert.True(buffer.TryGetRoom(out Memory<byte> room));
                Assert.NotEqual(0, room.Length);
                int count = Math.Min(Math.Min(cut, room.Length), stream.Length - position);
                stream.AsSpan(position, count).CopyTo(room.Span);
                buffer.Advance(count);
                position += count;
                while (buffer.TryTake(out ReadOnlySpan<byte> message))
                {
                    taken.Add(message.ToArray());
                }
            }

            Assert.False(buffer.HasPart);
            buffer.Release();
            Assert.Equal(messages, taken);
        }, iter: 300);
    }

    [Fact]
    public void Buffer_at_rest_is_small_again_after_many_queries_and_a_large_one()
    {
        CountedMemory memory = new();
        FrameBuffer buffer = new(memory);
        Receive(buffer, TestQuery.Frame(new byte[60_000]));
        Assert.True(buffer.TryTake(out _));
        Assert.True(memory.Reserved >= 60_000 - FrameBuffer.RestingSize);

        for (int i = 0; i < 3; i++)
        {
            Receive(buffer, TestQuery.Frame(new byte[20]));
            Assert.True(buffer.TryTake(out _));
        }

        Assert.True(buffer.TryGetRoom(out Memory<byte> room));
        Assert.Equal(FrameBuffer.RestingSize, room.Length);
        Assert.Equal(0, memory.Reserved);
    }

    [Fact]
    public void Message_that_memory_does_not_allow_gets_no_room()
    {
        CountedMemory memory = new() { Limit = 8192 };
        FrameBuffer buffer = new(memory);

        Assert.False(Receive(buffer, TestQuery.Frame(new byte[60_000])));

        buffer.Release();
        Assert.Equal(0, memory.Reserved);
    }

    private static bool Receive(FrameBuffer buffer, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            if (!buffer.TryGetRoom(out Memory<byte> room))
            {
                return false;
            }

            int count = Math.Min(room.Length, bytes.Length);
            bytes[..count].CopyTo(room.Span);
            buffer.Advance(count);
            bytes = bytes[count..];
        }

        return true;
    }

    private sealed class CountedMemory : IStreamMemory
    {
        public int Limit { get; init; } = int.MaxValue;

        public int Reserved { get; private set; }

        public bool TryReserve(int bytes)
        {
            bool fits = Reserved + bytes <= Limit;
            Reserved += fits ? bytes : 0;
            return fits;
        }

        public void Release(int bytes) => Reserved -= bytes;
    }
}
